/** The machine that the times were taken on. */
import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';

/** What a reader needs to judge the times. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  /** Mean number of processes that wanted to run in the minute before: 0 is a quiet machine. */
  readonly loadBefore: number;
}

/** Describes this machine, now. */
export function describeMachine(): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${arch()}`,
    node: process.versions.node,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}
