/** Levenshtein's distance: insertions, deletions and substitutions that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substituted, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/**
 * `Did you mean "…"?` where one of the names is close to the one that was not found, compared
 * without case; else the names there are.
 */
export function didYouMean(name: string, known: readonly string[]): string {
  const [closest] = known
    .map((candidate) => ({
      candidate,
      distance: editDistance(name.toLowerCase(), candidate.toLowerCase()),
    }))
    .sort((a, b) => a.distance - b.distance);
  // Two edits, so that two letters in the wrong order count, but never a whole name.
  const allowed = Math.min(Math.max(2, Math.floor(name.length / 3)), name.length - 1);
  if (closest !== undefined && closest.distance <= allowed)
    return `Did you mean "${closest.candidate}"?`;
  const quoted = known.slice(0, 12).map((candidate) => `"${candidate}"`);
  return `There are ${quoted.join(', ')}${known.length > 12 ? ' and others' : ''}`;
}
