/** Where two JSON values differ. */

/** Path of the first place where two values of JSON differ, as `$.task.window`. */
export function firstDifference(a: unknown, b: unknown, path = '$'): string | undefined {
  if (Object.is(a, b)) return undefined;
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return path;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const own = Array.isArray(a) ? `${path}[${key}]` : `${path}.${key}`;
    const found = firstDifference(a[key], b[key], own);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
