/**
 * Scans as loops of TensorFlow's executor: frames of Enter, Merge, Switch, NextIteration and Exit
 * (Yu et al., "Dynamic control flow in large-scale machine learning", EuroSys 2018), with a
 * TensorArray for each output. The executor runs a frame without calling a function at every step,
 * as the functional While would.
 */
import type { ScanAttributes, TensorType } from '@chronograd/graph';
import type { TfAttributes, TfType } from '../tensorflow/model.ts';
import { typed, type EmitContext, type GraphValue } from './context.ts';
import { repeatedSlice, type ScanOperands } from './unroll.ts';

/** A value that a loop hands from step to step. */
interface LoopVariable {
  readonly type: TfType;
  /** The name that its NextIteration will have. */
  readonly next: string;
  readonly merged: string;
}

/** Writes a scan as a loop; returns the last carries and the ys. */
export function writeLoop(
  outer: EmitContext,
  attributes: ScanAttributes,
  { consts, carries, xs }: ScanOperands,
): GraphValue[] {
  const { body, length, reverse } = attributes;
  const inner = outer.child();
  const [first, last, stride] = reverse ? [length - 1, -1, -1] : [0, length, 1];
  const arrays = body.outputs
    .slice(attributes.carries)
    .map((id) => new OutputArray(outer, length, body.types[id] as TensorType));
  const starts = carries.map((carry) => outer.full(carry));

  const time = enterVariable(inner, outer.writer.int32Scalar(first), 'int32');
  const states = starts.map(({ name, type }) => enterVariable(inner, name, type.dtype));
  const flows = arrays.map((array) => enterVariable(inner, array.flow, 'float32'));

  const condition = inner.writer.one(
    'NotEqual',
    [time.merged, inner.writer.int32Scalar(last)],
    'bool',
    { T: { type: 'int32' } },
  );
  const loops = inner.writer.one('LoopCond', [condition], 'bool');
  const branch = ({ merged, type }: LoopVariable): readonly [after: string, within: string] =>
    inner.writer.node('Switch', [merged, loops], [type, type], { T: { type } }) as [string, string];

  const [, now] = branch(time);
  // Runs in the steps of the loop only, unlike what is made of constants alone.
  const pivot = inner.writer.one('Identity', [now], 'int32', { T: { type: 'int32' } });
  const stateBranches = states.map(branch);
  const flowBranches = flows.map(branch);

  const slices = xs.map((x) => repeatedSlice(outer, x) ?? sliceAt(inner, outer.full(x), pivot));
  const results = outer.settings.emitFunction(inner, body, [
    ...consts,
    ...starts.map(({ type }, i): GraphValue => {
      const name = stateBranches[i]?.[1] ?? '';
      return { name, shape: type.shape, type };
    }),
    ...slices,
  ]);

  const advanced = inner.writer.one('AddV2', [pivot, inner.writer.int32Scalar(stride)], 'int32', {
    T: { type: 'int32' },
  });
  closeVariable(inner, time, advanced, pivot);
  states.forEach((variable, i) => {
    const value = inner.full(results[i] as GraphValue);
    closeVariable(inner, variable, value.name, pivot);
  });
  flows.forEach((variable, i) => {
    const value = inner.full(results[states.length + i] as GraphValue);
    const flow = (arrays[i] as OutputArray).write(inner, pivot, value, flowBranches[i]?.[1] ?? '');
    closeVariable(inner, variable, flow, pivot);
  });

  return [
    ...starts.map(({ type }, i): GraphValue => {
      const name = exit(outer, stateBranches[i]?.[0] ?? '', type.dtype);
      return { name, shape: type.shape, type };
    }),
    ...arrays.map((array, i) => array.read(exit(outer, flowBranches[i]?.[0] ?? '', 'float32'))),
  ];
}

function enterVariable(inner: EmitContext, start: string, type: TfType): LoopVariable {
  const next = inner.writer.freshName();
  const entered = inner.writer.enter(start, { constant: false });
  const [merged = ''] = inner.writer.rawNode('Merge', [entered, next], [type, 'int32'], {
    N: { int: 2 },
    T: { type },
  });
  return { type, next, merged };
}

function closeVariable(
  inner: EmitContext,
  { type, next }: LoopVariable,
  value: string,
  pivot: string,
): void {
  // Without the order after the pivot, a value made of constants alone would never let it end.
  inner.writer.node('NextIteration', [value, `^${pivot}`], [type], { T: { type } }, next);
}

/** A value of the loop's frame after its last step. */
function exit(outer: EmitContext, value: string, type: TfType): string {
  return outer.writer.rawNode('Exit', [value], [type], { T: { type } })[0] as string;
}

function sliceAt(inner: EmitContext, x: GraphValue, time: string): GraphValue {
  const { dtype, shape } = x.type;
  return inner.op(
    'GatherV2',
    [x, time, inner.writer.int32Scalar(0)],
    typed(dtype, shape.slice(1)),
    {
      Tparams: { type: dtype },
      Tindices: { type: 'int32' },
      Taxis: { type: 'int32' },
      batch_dims: { int: 0 },
    },
  );
}

/** Collects an output `[length, …]` slice by slice. */
class OutputArray {
  /** Orders reads after writes: what TensorArrays hand on instead of themselves. */
  readonly flow: string;
  private readonly handle: string;

  constructor(
    private readonly outer: EmitContext,
    private readonly length: number,
    private readonly type: TensorType,
  ) {
    const attributes: TfAttributes = {
      dtype: { type: type.dtype },
      element_shape: { shape: type.shape },
      dynamic_size: { bool: false },
      clear_after_read: { bool: true },
      identical_element_shapes: { bool: true },
      tensor_array_name: { string: '' },
    };
    const size = outer.writer.int32Scalar(length);
    const outputs: TfType[] = ['resource', 'float32'];
    [this.handle = '', this.flow = ''] = outer.writer.node(
      'TensorArrayV3',
      [size],
      outputs,
      attributes,
    );
  }

  /** Writes a slice within the loop; returns the flow after it. */
  write(inner: EmitContext, time: string, value: GraphValue, flow: string): string {
    const inputs = [this.handle, time, value.name, flow];
    return inner.writer.one('TensorArrayWriteV3', inputs, 'float32', {
      T: { type: this.type.dtype },
    });
  }

  /** All slices, after the loop. */
  read(flow: string): GraphValue {
    const { dtype, shape } = this.type;
    const all = Array.from({ length: this.length }, (_, i) => i);
    const inputs = [this.handle, this.outer.writer.int32(all), flow];
    return this.outer.op('TensorArrayGatherV3', inputs, typed(dtype, [this.length, ...shape]), {
      dtype: { type: dtype },
      element_shape: { shape },
    });
  }
}
