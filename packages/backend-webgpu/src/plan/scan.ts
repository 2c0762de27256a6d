/** A scan as a loop over the steps of its body, which stay on the device. */
import type { Node, TensorType, ValueId } from '@chronograd/graph';
import { costOf, type Region, type Source, type Stored } from '../codegen/source.ts';
import { regionText } from '../codegen/source.ts';
import { FuncPlanner, type LowerScan, type Store } from './planner.ts';

const COUNTER: TensorType = { dtype: 'uint32', shape: [] };

type Scan = Node & { op: 'scan' };

/** Lowers a scan to a loop. The carries have places of their own, as has the number of the step. */
export function loopScan(
  planner: FuncPlanner,
  node: Scan,
  inputs: readonly Source[],
  lowerScan: LowerScan,
): Source[] {
  const { body, length, consts, carries, reverse } = node.attributes;
  const { plans } = planner;
  const typeOf = (id: ValueId): TensorType => body.types[id] as TensorType;
  /** What every step reads is computed once. */
  const once = (source: Source): Source => (costOf(source) > 0 ? planner.stored(source) : source);
  const constants = inputs.slice(0, consts).map(once);
  const counter = plans.region(COUNTER);
  const carried = inputs.slice(consts, consts + carries).map(({ type }) => plans.region(type));
  planner.store(
    carried.map((to, i) => ({ source: inputs[consts + i] as Source, to })),
    (writer) =>
      writer.block.say(
        `memory[${regionText(counter)}] = ${reverse ? Math.max(length - 1, 0) : 0}u;`,
      ),
  );
  const states = carried.map((place, i): Stored => ({
    kind: 'stored',
    type: typeOf(body.inputs[consts + i] as ValueId),
    place,
  }));
  const rows = inputs.slice(consts + carries).map((input, i): Source => {
    const of = once(input);
    const type = typeOf(body.inputs[consts + carries + i] as ValueId);
    return { kind: 'row', type, of, counter, cost: costOf(of) };
  });
  const made = body.outputs.slice(carries).map((id) => {
    const { dtype, shape } = typeOf(id);
    const type = { dtype, shape: [length, ...shape] };
    return { type, to: plans.region(type) };
  });
  if (length > 0) {
    const inner = new FuncPlanner(plans, lowerScan);
    const outputs = inner.run(body, [...constants, ...states, ...rows]);
    finishStep(inner, { outputs, carried, counter, reverse, rows: made.map(({ to }) => to) });
    planner.steps.push({ kind: 'loop', length, steps: inner.steps });
  }
  return [...states, ...made.map(({ type, to }): Stored => ({ kind: 'stored', type, place: to }))];
}

interface Step {
  readonly outputs: readonly Source[];
  readonly carried: readonly Region[];
  readonly counter: Region;
  readonly reverse: boolean;
  readonly rows: readonly Region[];
}

/** Stores the rows of a step and its new carries, when nothing reads the old ones any more. */
function finishStep(planner: FuncPlanner, step: Step): void {
  const { outputs, carried, counter, reverse, rows } = step;
  const next: Store[] = [];
  const first: Store[] = [];
  carried.forEach((to, i) => {
    const source = outputs[i] as Source;
    if (source.kind === 'stored' && source.place === to) return;
    // Carries may change places: a carry that is not its own old value is copied in between.
    if (source.kind === 'stored' && !carried.some((each) => each === source.place)) {
      next.push({ source, to });
      return;
    }
    const between = planner.plans.region(source.type);
    first.push({ source, to: between });
    next.push({ source: { kind: 'stored', type: source.type, place: between }, to });
  });
  rows.forEach((to, i) =>
    first.push({ source: outputs[carried.length + i] as Source, to, row: counter }),
  );
  planner.store(first);
  planner.store(next, (writer) =>
    writer.block.say(
      `memory[${regionText(counter)}] = memory[${regionText(counter)}] ${reverse ? '-' : '+'} 1u;`,
    ),
  );
}
