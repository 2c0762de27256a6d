/** An entry as kernels: what is dispatched in which order, and where everything lies. */
import type { CompiledPart } from '@chronograd/backend';
import { sizeOf, type Entry, type Node, type Program, type TensorType } from '@chronograd/graph';
import { placeRegions, type Region, type Source, type Stored } from '../codegen/source.ts';
import type { ScanDevice } from '../scan/plan.ts';
import { fusedScan } from './fused-scan.ts';
import { mergeSteps } from './merge.ts';
import { aligned, lifetimesOf, placeLifetimes } from './places.ts';
import { FuncPlanner, Plans, type LowerScan, type Store } from './planner.ts';
import { loopScan } from './scan.ts';
import type { Step } from './steps.ts';
import { tooLarge } from './too-large.ts';

/** What of the device a plan depends on. */
export interface PlanDevice extends ScanDevice {
  /** Most words of the memory: what a kernel can bind at once. */
  readonly mostWords: number;
}

/** A place in one of the buffers that kernels bind, in words of 4 bytes. */
export interface Location {
  readonly buffer: 'memory' | 'state';
  readonly offset: number;
}

/** A kernel that is ready to be compiled and dispatched. */
export interface PlannedKernel {
  /** For messages. */
  readonly name: string;
  /** WGSL with an entry point `main`; binds the memory as 0 and the state as 1. */
  readonly code: string;
  readonly workgroups: readonly [number, number];
}

/** An entry, ready to be run. */
export interface Plan {
  /** One dispatch each, in their order; one that is repeated is the same object. */
  readonly kernels: readonly PlannedKernel[];
  readonly memoryWords: number;
  /** Inputs, which lie at the start of the memory. */
  readonly feeds: readonly {
    readonly name: string;
    readonly type: TensorType;
    /** Words into the memory. */
    readonly offset: number;
  }[];
  /** What is in the memory from the start, and is never overwritten. */
  readonly constants: readonly {
    readonly offset: number;
    readonly words: Uint32Array<ArrayBuffer>;
  }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly type: TensorType;
    readonly from: Location;
  }[];
  /** New values of the state, which are copied there when all kernels have run. */
  readonly writes: readonly {
    readonly name: string;
    readonly from: Location;
    /** Words. */
    readonly size: number;
  }[];
  /** What became of the scans. */
  readonly parts: readonly CompiledPart[];
}

/**
 * Plans an entry whose function is prepared.
 * @param stateOffsetOf words into the state
 * @throws BackendError `compile-failed` where no buffer holds it
 */
export function planEntry(
  name: string,
  entry: Entry,
  state: Program['state'],
  stateOffsetOf: (name: string) => number,
  device: PlanDevice,
): Plan {
  const { func } = entry;
  const plans = new Plans(device.isSoftware);
  const parts = new ScanParts();
  const planner = new FuncPlanner(plans, parts.lowerWith(device));
  const fed = entry.inputs.map(({ type }): Stored & { place: Region } => ({
    kind: 'stored',
    type,
    place: plans.region(type),
  }));
  const kept = entry.reads.map((each): Stored => ({
    kind: 'stored',
    type: state[each] as TensorType,
    place: stateOffsetOf(each),
  }));
  const results = storeResults(planner, planner.run(func, [...fed, ...kept]), entry);
  const fixed = new Map<number, number>();
  let end = 0;
  const fix = ({ id, size }: Region): number => {
    const offset = end;
    fixed.set(id, offset);
    end = aligned(end + size);
    return offset;
  };
  const feeds = entry.inputs.map(({ name: input, type }, i) => ({
    name: input,
    type,
    offset: fix((fed[i] as { place: Region }).place),
  }));
  const constants = plans.constants.map(({ region, words }) => ({ offset: fix(region), words }));
  const steps = mergeSteps(planner.steps, device.isSoftware);
  const lifetimes = lifetimesOf(
    steps,
    plans.sizes,
    results.map(({ id }) => id),
  ).filter(({ id }) => !fixed.has(id));
  const { offsets, end: memoryWords } = placeLifetimes(lifetimes, end);
  if (memoryWords > device.mostWords)
    throw tooLarge(`entry "${name}"`, memoryWords, device.mostWords);
  const offsetOf = (id: number): number => fixed.get(id) ?? offsets.get(id) ?? 0;
  const from = (index: number): Location => ({
    buffer: 'memory',
    offset: offsetOf((results[index] as Region).id),
  });
  return {
    kernels: [...flat(steps, offsetOf)],
    memoryWords: Math.max(1, memoryWords),
    feeds,
    constants,
    outputs: entry.outputs.map(({ name: output, type }, i) => ({
      name: output,
      type,
      from: from(i),
    })),
    writes: entry.writes.map((each, i) => ({
      name: each,
      from: from(entry.outputs.length + i),
      size: sizeOf(state[each]?.shape ?? []),
    })),
    parts: parts.list(),
  };
}

/** Puts all results into the memory, in one kernel where they are not there yet. */
function storeResults(planner: FuncPlanner, sources: readonly Source[], entry: Entry): Region[] {
  const stores: Store[] = [];
  const places = new Map<Source, Region>();
  const regions = sources.map((source) => {
    const known = places.get(source);
    if (known) return known;
    const isThere = source.kind === 'stored' && typeof source.place !== 'number';
    const to = isThere ? (source.place as Region) : planner.plans.region(source.type);
    if (!isThere) stores.push({ source, to });
    places.set(source, to);
    return to;
  });
  if (entry.func.outputs.length > 0) planner.store(stores);
  return regions;
}

/** Kernels one after the other, those of a loop again for each of its rounds. */
function* flat(steps: readonly Step[], offsetOf: (id: number) => number): Generator<PlannedKernel> {
  for (const step of steps)
    if (step.kind === 'kernel') {
      const { name, code, workgroups } = step.kernel;
      yield { name, workgroups, code: placeRegions(code, offsetOf) };
    } else if (step.kind === 'placed') {
      const { name, workgroups } = step.kernel;
      yield { name, workgroups, code: step.kernel.write(offsetOf) };
    } else {
      const round = [...flat(step.steps, offsetOf)];
      for (let i = 0; i < step.length; i++) yield* round;
    }
}

/** Lowers scans, and tells what became of them. */
class ScanParts {
  private readonly parts = new Map<string, CompiledPart>();

  lowerWith(device: ScanDevice): LowerScan {
    const lower: LowerScan = (planner, node, types, inputs) => {
      const { outputs, reason } = fusedScan(planner, node, types, inputs, device);
      this.add(reason);
      return outputs ? [...outputs] : loopScan(planner, node as ScanNode, inputs, lower);
    };
    return lower;
  }

  list(): CompiledPart[] {
    return [...this.parts.values()];
  }

  private add(reason: string): void {
    const count = (this.parts.get(reason)?.count ?? 0) + 1;
    this.parts.set(reason, {
      name: 'scan',
      pass: 'forward',
      realisation: 'looped',
      reason,
      count,
    });
  }
}

type ScanNode = Node & { op: 'scan' };
