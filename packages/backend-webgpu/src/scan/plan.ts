/** How scans are divided among threads, and which of them the fused kernel takes. */
import { sizeOf, type PrimitiveNode, type TensorType, type ValueId } from '@chronograd/graph';
import type { Placement } from './buffers.ts';
import { ScanWriter, type ScanKernel } from './kernel.ts';
import { ScanRefusal } from './refusal.ts';
import type { Division } from './storage.ts';

/** What of the device the division depends on. */
export interface ScanDevice {
  /** Most threads of a workgroup; 256 of every WebGPU device. */
  readonly maxThreads: number;
  /** Whether the processor runs the kernels: rows are then worth more than threads. */
  readonly isSoftware: boolean;
}

/** A scan as one kernel, or why it is none. */
export type ScanPlan =
  | { readonly kernel: ScanKernel; readonly reason: string }
  | { readonly kernel?: undefined; readonly reason: string };

/**
 * Writes the kernel of a scan, in the first division that it fits.
 * @param types of all values of the function that the scan stands in
 * @param placement where its operands lie; `placeScan` unless given
 */
export function planScan(
  scan: PrimitiveNode<'scan'>,
  types: readonly TensorType[],
  device: ScanDevice,
  placement?: Placement,
): ScanPlan {
  const reasons: string[] = [];
  for (const division of divisionsOf(scan, device)) {
    try {
      const kernel = new ScanWriter(scan, types, division, placement).write();
      return { kernel, reason: describe(scan, division) };
    } catch (error) {
      if (!(error instanceof ScanRefusal)) throw error;
      if (!reasons.includes(error.message)) reasons.push(error.message);
    }
  }
  return { reason: reasons.join('; ') };
}

function describe({ attributes }: PrimitiveNode<'scan'>, division: Division): string {
  const { rows, lanes, threads } = division;
  const what = rows > 1 ? `${rows} rows, ${lanes} a thread` : 'all rows in one workgroup';
  return `${attributes.length} steps in one dispatch: ${what}, ${threads} threads a workgroup`;
}

/** Divisions, the fastest first. */
function* divisionsOf(
  { attributes }: PrimitiveNode<'scan'>,
  { maxThreads, isSoftware }: ScanDevice,
): Generator<Division> {
  const { body, consts, carries } = attributes;
  const typeOf = (id: ValueId): TensorType => body.types[id] as TensorType;
  const carried = body.inputs.slice(consts, consts + carries).map(typeOf);
  const made = body.outputs.map(typeOf);
  const leading = carried.length > 0 ? carried : made;
  const [rows = 1] = leading[0]?.shape ?? [];
  if (rows > 1 && [...carried, ...made].every(({ shape }) => shape[0] === rows)) {
    const widths = leading.map(({ shape }) => sizeOf(shape) / rows);
    const threads = threadsFor(widths, maxThreads);
    for (const copies of [2, 1] as const) {
      if (isSoftware) yield { rows, lanes: rows > 2 ? 4 : 2, threads, copies };
      yield { rows, lanes: 1, threads, copies };
    }
  }
  const threads = threadsFor(
    [Math.max(1, ...carried.map(({ shape }) => sizeOf(shape)))],
    maxThreads,
  );
  for (const copies of [2, 1] as const) yield { rows: 1, lanes: 1, threads, copies };
}

/**
 * As many threads as the carries have units, so that a thread owns a unit with all its gates and
 * no thread idles: an LSTM of 32 units has 32. More units than threads are shared out evenly.
 */
function threadsFor(widths: readonly number[], maxThreads: number): number {
  const wide = widths.filter((width) => width > 1);
  const units = wide.length > 0 ? Math.min(...wide) : 1;
  return Math.ceil(units / Math.ceil(units / maxThreads));
}
