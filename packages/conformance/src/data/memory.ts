/** How much memory a process holds, for cases that look for leaks. */

/** What is held, in bytes. */
export interface Held {
  /** JavaScript objects and the buffers behind them. */
  readonly heap: number;
  /** All memory of the process: what a native engine holds as well. */
  readonly resident: number;
}

/**
 * What the process holds once garbage is collected; `undefined` where that cannot be told, as in a
 * browser.
 */
export async function heldMemory(): Promise<Held | undefined> {
  const { process } = globalThis as { process?: NodeJS.Process };
  if (typeof process?.memoryUsage !== 'function') return undefined;
  const collect = await collector();
  if (!collect) return undefined;
  // What a collection frees by its finalizers is gone only after the next.
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, resident: rss };
}

let found: Promise<(() => void) | undefined> | undefined;

/** The garbage collector: that of `node --expose-gc`, or else one that a flag set now exposes. */
function collector(): Promise<(() => void) | undefined> {
  found ??= findCollector();
  return found;
}

async function findCollector(): Promise<(() => void) | undefined> {
  const { gc } = globalThis as { gc?: () => void };
  if (gc) return gc;
  // Not there outside of Node: named so that bundlers for browsers leave them alone.
  const [v8, vm] = ['node:v8', 'node:vm'];
  const [{ setFlagsFromString }, { runInNewContext }] = (await Promise.all([
    import(v8),
    import(vm),
  ])) as [typeof import('node:v8'), typeof import('node:vm')];
  setFlagsFromString('--expose-gc');
  const exposed: unknown = runInNewContext('gc');
  return typeof exposed === 'function' ? (exposed as () => void) : undefined;
}

/** The least value but one. */
export function secondLeast(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[1] ?? sorted[0] ?? 0;
}
