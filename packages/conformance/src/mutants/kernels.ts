/** Mutants of kernels: sizes that they were not made for, backward passes that forget a part. */
import { rewrite, type Builder, type Func, type Value } from '@chronograd/graph';
import { cellGradientsAs, cellsAs, everyCell } from './cells.ts';
import type { Mutant } from './mutant.ts';
import { roundTo } from './precision.ts';
import {
  decompositionsAs,
  gradientsAs,
  operandsOf,
  primitivesAs,
  rewriteDeep,
  typesOf,
} from './programs.ts';

/** Threads of a warp. */
const WARP = 32;

/** Zeros from column `from` on. */
function cut(b: Builder, value: Value, from: number): Value {
  const { shape } = value.type;
  const axis = shape.length - 1;
  return b.select(b.less(b.iota('int32', shape, axis), from), value, 0);
}

/** Mutants of kernels. */
export const kernelMutants: readonly Mutant[] = [
  {
    name: 'a warp of units',
    breaks: 'units beyond the 32nd of a recurrent layer are left at zero',
    change: cellsAs(everyCell, ({ b, options: { units }, run }) => {
      const { sequence, states } = run();
      if (units <= WARP) return { sequence, states };
      return {
        sequence: cut(b, sequence, WARP),
        states: states.map((state) => cut(b, state, WARP)),
      };
    }),
    killedBy: [
      'composites/simpleRnn/long and wide',
      'composites/lstm/long and wide',
      'composites/gru/long and wide',
    ],
    spares: ['composites/lstm/from given states', 'layers/lstm/a long sequence'],
  },
  {
    name: 'one tile of the inner axis',
    breaks: 'matrix products sum the first 32 of the inner axis',
    change: primitivesAs(({ b, node, inputs: [x, y] }) => {
      if (node.op !== 'matmul' || !x || !y) return undefined;
      const { transposeA } = node.attributes;
      const axis = x.type.shape.length - (transposeA ? 2 : 1);
      if ((x.type.shape[axis] ?? 0) <= WARP) return undefined;
      const isSummed = b.less(b.iota('int32', x.type.shape, axis), WARP);
      return [b.matmul(b.select(isSummed, x, 0), y, node.attributes)];
    }),
    killedBy: [
      'primitives/matmul/a long inner axis of positive numbers',
      'layers/dense/wide',
      'composites/lstm/long and wide',
    ],
    spares: ['primitives/matmul/two axes, A B', 'composites/lstm/from given states'],
  },
  {
    name: 'vectors of four without their rest',
    breaks: 'the last elements of tanh are left as they were where 4 does not divide their number',
    change: primitivesAs(({ b, node, inputs: [x] }) => {
      if (node.op !== 'tanh' || !x) return undefined;
      const size = x.type.shape.reduce((product, d) => product * d, 1);
      if (size % 4 === 0 || size === 0) return undefined;
      const isDone = b.less(b.iota('int32', [size], 0), size - (size % 4));
      return [b.select(b.reshape(isDone, x.type.shape), b.tanh(x), x)];
    }),
    killedBy: ['primitives/tanh/a size that no vector length divides', 'primitives/tanh/a scalar'],
    spares: ['primitives/sin/a size that no vector length divides', 'composites/lstm/one step'],
  },
  {
    name: 'sizes that fit only',
    breaks: 'the last row of a matrix product is zero where 4 does not divide the rows',
    change: primitivesAs(({ b, node, inputs: [x, y] }) => {
      if (node.op !== 'matmul' || !x || !y) return undefined;
      const product = b.matmul(x, y, node.attributes);
      const { shape } = product.type;
      const axis = shape.length - 2;
      const rows = shape[axis] ?? 0;
      const isDone = b.less(b.iota('int32', shape, axis), rows - (rows % 4));
      return [b.select(isDone, product, 0)];
    }),
    killedBy: [
      'primitives/matmul/sizes that no tile divides',
      'primitives/matmul/one row',
      'layers/dense/of vectors',
    ],
    spares: ['primitives/add/two operands'],
  },
  {
    name: 'backward without the mask on the input',
    breaks: 'the gradient goes through inputs that dropout had left out',
    change: cellGradientsAs(everyCell, ({ b, operands: { inputMask }, run }) =>
      run(inputMask && { inputMask: b.constant(1, inputMask.type.shape) }),
    ),
    killedBy: ['composites/lstm/mask on the input, gradient', 'training/dropout/gru, on the input'],
    spares: ['composites/lstm/mask on the input', 'composites/lstm/mask on the state, gradient'],
  },
  {
    name: 'backward without the mask of time',
    breaks: 'the gradient goes through steps that were left out',
    change: cellGradientsAs(everyCell, ({ b, operands: { timeMask }, run }) =>
      run(timeMask && { timeMask: b.constant(1, timeMask.type.shape, 'bool') }),
    ),
    killedBy: [
      'composites/simpleRnn/ragged lengths, gradient',
      'composites/lstm/ragged lengths, only the last h is read, gradient',
      'composites/gru/ragged lengths, padded with NaN, gradient',
    ],
    spares: ['composites/lstm/ragged lengths', 'composites/lstm/from given states, gradient'],
  },
  {
    name: 'backward in the other direction',
    breaks: 'the backward kernel takes a layer that goes backwards for one that goes forwards',
    change: cellGradientsAs(everyCell, ({ run }) => run({}, { goBackwards: false })),
    killedBy: [
      'composites/lstm/backwards, gradient',
      'composites/gru/backwards, gradient',
      'layers/simpleRnn/the sequence backwards, gradient',
    ],
    spares: ['composites/lstm/backwards', 'composites/lstm/from given states, gradient'],
  },
  {
    name: 'TF32 backward',
    breaks: 'the backward kernel rounds its matrices to 10 binary digits after the first',
    change: gradientsAs(everyCell, ({ b, inputs, original }) =>
      original(inputs.map((x, i) => (i === 1 || i === 2 ? roundTo(b, x, 11) : x))),
    ),
    killedBy: [
      'composites/lstm/from given states, gradient',
      'composites/gru/from given states, gradient',
      'models/simpleRnn/1, 5 and 20 steps of SGD',
    ],
    spares: ['composites/lstm/from given states', 'models/lstm/predict'],
  },
  {
    name: 'mask of time turned round',
    breaks: 'a layer that goes backwards reads the mask of time from its beginning',
    change: cellsAs(everyCell, ({ b, operands: { timeMask }, options: { goBackwards }, run }) =>
      run(timeMask && goBackwards ? { timeMask: b.reverse(timeMask, [1]) } : {}),
    ),
    killedBy: [
      'composites/lstm/ragged lengths, backwards',
      'composites/gru/reset before: ragged lengths, backwards, gradient',
    ],
    spares: ['composites/lstm/ragged lengths', 'composites/lstm/backwards'],
  },
  {
    name: 'masks of the first sample',
    breaks: 'the first row of a mask on the input is taken for all samples',
    change: cellsAs(everyCell, ({ b, operands: { inputMask }, run }) =>
      run(
        inputMask && {
          inputMask: b.broadcastTo(b.sliceAxis(inputMask, 0, 0, 1), inputMask.type.shape),
        },
      ),
    ),
    killedBy: ['composites/lstm/mask on the input', 'training/dropout/lstm, on the input'],
    spares: ['composites/lstm/mask on the state'],
  },
  {
    name: 'gru: the mask on what is kept',
    breaks: 'recurrentDropout falls on h where z keeps it, not only before the recurrent kernel',
    change: decompositionsAs(['gru'], (decomposition, { recurrentMask }) =>
      recurrentMask === true ? maskedMix(decomposition) : decomposition,
    ),
    killedBy: [
      'composites/gru/mask on the state',
      'composites/gru/reset before: mask on the state',
      'training/dropout/gru, on the state',
    ],
    spares: ['composites/gru/from given states', 'composites/lstm/mask on the state'],
  },
  {
    name: 'chunks that begin anew',
    breaks: 'long recurrences are cut into chunks of 16 steps that all begin at the initial states',
    change: primitivesAs(({ b, node, inputs }) => {
      if (node.op !== 'scan' || node.attributes.length <= 16) return undefined;
      const { length, consts, carries, reverse } = node.attributes;
      const first = consts + carries;
      const starts = Array.from({ length: Math.ceil(length / 16) }, (_, i) => i * 16);
      const chunks = starts.map((start) => {
        const limit = Math.min(start + 16, length);
        const part = inputs.map((x, i) => (i < first ? x : b.sliceAxis(x, 0, start, limit)));
        return b.emit('scan', part, { ...node.attributes, length: limit - start });
      });
      const last = chunks[reverse ? 0 : chunks.length - 1] ?? [];
      return last.map((value, i) =>
        i < carries
          ? value
          : b.concat(
              chunks.map((results) => results[i] as Value),
              0,
            ),
      );
    }),
    killedBy: [
      'primitives/scan/200 steps',
      'composites/lstm/long and wide',
      'layers/gru/a long sequence',
    ],
    spares: ['primitives/scan/7 steps', 'layers/gru/the sequence'],
  },
];

/** A gru whose masked state is also what z keeps of it. */
function maskedMix(decomposition: Func): Func {
  return rewrite(decomposition, ({ b, node, inputs }) => {
    if (node.op !== 'scan') return undefined;
    let masked: Value | undefined;
    const body = rewriteDeep(node.attributes.body, (context) => {
      const { b: inner, node: each } = context;
      const [x, y] = context.inputs;
      const isInput = (value: Value | undefined): boolean =>
        value !== undefined && context.producer(value) === undefined;
      if (each.op === 'mul' && x && y && isInput(x) && isInput(y)) {
        masked = inner.mul(x, y);
        return [masked];
      }
      // h - candidate
      const isKept = each.op === 'sub' && isInput(x) && operandsOf(context, y, 'tanh');
      return isKept && masked && y ? [inner.sub(masked, y)] : undefined;
    });
    return b.append(
      { ...node, inputs: inputs.map(({ id }) => id), attributes: { ...node.attributes, body } },
      typesOf(decomposition, node),
    );
  });
}
