/** A scan as one kernel, where it can be one. */
import type { Node, TensorType } from '@chronograd/graph';
import { sizeOf } from '@chronograd/graph';
import type { Source, Stored } from '../codegen/source.ts';
import type { Placement } from '../scan/buffers.ts';
import { planScan, type ScanDevice } from '../scan/plan.ts';
import type { FuncPlanner } from './planner.ts';

/** The buffers that all kernels bind: the memory and the state. */
const BUFFERS: Placement['buffers'] = [{ writes: true }, { writes: true }];

/** What became of a scan: its outputs, unless it is none for one kernel; and why. */
export interface FusedScan {
  readonly outputs?: readonly Stored[];
  readonly reason: string;
}

/** Writes a step for the whole scan. */
export function fusedScan(
  planner: FuncPlanner,
  node: Node & { op: 'scan' },
  types: readonly TensorType[],
  inputs: readonly Source[],
  device: ScanDevice,
): FusedScan {
  const made = node.outputs.map((id) => types[id] as TensorType);
  const all = [...inputs.map(({ type }) => type), ...made];
  if (node.attributes.length === 0 || all.some(({ shape }) => sizeOf(shape) === 0))
    return { reason: 'there is nothing to run' };
  // Whether there is a kernel does not depend on where its operands lie.
  const trial = place(inputs, made, (source) => (source === undefined ? 0 : 64));
  const { kernel, reason } = planScan(node, types, device, trial);
  if (!kernel) return { reason };
  const stored = inputs.map((input) => planner.stored(input));
  const outputs = made.map((type): Stored => ({
    kind: 'stored',
    type,
    place: planner.plans.region(type),
  }));
  const regions = new Set(
    [...stored, ...outputs].flatMap(({ place: at }) => (typeof at === 'number' ? [] : [at.id])),
  );
  planner.steps.push({
    kind: 'placed',
    kernel: {
      name: `scan of ${node.attributes.length} steps`,
      regions,
      workgroups: [kernel.workgroups, 1],
      write(offsetOf) {
        const at = ({ place: found }: Stored) =>
          typeof found === 'number'
            ? { buffer: 1, offset: found }
            : { buffer: 0, offset: offsetOf(found.id) };
        const placement = { buffers: BUFFERS, inputs: stored.map(at), outputs: outputs.map(at) };
        const written = planScan(node, types, device, placement).kernel;
        if (!written) throw new TypeError('a scan that fits one placement fits all');
        return written.code;
      },
    },
  });
  return { outputs, reason };
}

function place(
  inputs: readonly Source[],
  outputs: readonly TensorType[],
  offsetOf: (source?: Source) => number,
): Placement {
  return {
    buffers: BUFFERS,
    inputs: inputs.map((source) => ({
      buffer: source.kind === 'stored' && typeof source.place === 'number' ? 1 : 0,
      offset: offsetOf(source),
    })),
    outputs: outputs.map(() => ({ buffer: 0, offset: offsetOf() })),
  };
}
