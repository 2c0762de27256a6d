/** Primitives that move elements and compute none, and those that find rows by their numbers. */
import { scalar } from '@tensorflow/tfjs-core';
import { sizeOf, type PrimitiveAttributes } from '@chronograd/graph';
import { operand, several, single, type Rule, type RuleTable, type Step } from '../rule.ts';

const reshape: Rule<PrimitiveAttributes['reshape']> = ({ shape }) =>
  single('Reshape', (call, inputs) =>
    call('Reshape', { x: operand(inputs, 0) }, { shape: [...shape] }),
  );

const transpose: Rule<PrimitiveAttributes['transpose']> = ({ permutation }) =>
  single('Transpose', (call, inputs) =>
    call('Transpose', { x: operand(inputs, 0) }, { perm: [...permutation] }),
  );

const slice: Rule<PrimitiveAttributes['slice']> = ({ starts }, _inputs, { shape }) =>
  single('Slice', (call, inputs) =>
    call('Slice', { x: operand(inputs, 0) }, { begin: [...starts], size: [...shape] }),
  );

const pad: Rule<PrimitiveAttributes['pad']> = ({ low, high, value }, _inputs, { dtype }) => {
  const paddings = low.map((before, axis) => [before, high[axis] ?? 0]);
  // A uint32 is held as the int32 of the same bits.
  const constantValue = dtype === 'uint32' ? value | 0 : value;
  return single('PadV2', (call, inputs) =>
    call('PadV2', { x: operand(inputs, 0) }, { paddings, constantValue }),
  );
};

const copyOf = (place: number): Step =>
  single('Identity', (call, inputs) => call('Identity', { x: operand(inputs, place) }));

/** Empty operands add nothing, and some engines do not take them. */
const concat: Rule<PrimitiveAttributes['concat']> = ({ axis }, types) => {
  const places = types.flatMap(({ shape }, i) => (sizeOf(shape) > 0 ? [i] : []));
  if (places.length === 1) return copyOf(places[0] as number);
  return single('Concat', (call, inputs) =>
    call(
      'Concat',
      places.map((place) => operand(inputs, place)),
      { axis },
    ),
  );
};

/** Some kernels take every element for one of four bytes, and write beyond a tensor of bool. */
const reverse: Rule<PrimitiveAttributes['reverse']> = ({ axes }, [type]) => {
  const dims = [...axes];
  if (type?.dtype !== 'bool')
    return single('Reverse', (call, inputs) =>
      call('Reverse', { x: operand(inputs, 0) }, { dims }),
    );
  return several(['Cast', 'NotEqual', 'Reverse'], (call, inputs) => {
    const x = call('Cast', { x: operand(inputs, 0) }, { dtype: 'int32' });
    return call('NotEqual', { a: call('Reverse', { x }, { dims }), b: scalar(0, 'int32') });
  });
};

const gather: Rule<unknown> = (_attributes, [, indices], { shape }) => {
  const count = sizeOf(indices?.shape ?? []);
  return several(['GatherV2', 'Reshape'], (call, inputs) => {
    const rows = call('Reshape', { x: operand(inputs, 1) }, { shape: [count] });
    const attributes = { axis: 0, batchDims: 0 };
    const found = call('GatherV2', { x: operand(inputs, 0), indices: rows }, attributes);
    return call('Reshape', { x: found }, { shape: [...shape] });
  });
};

/** `ScatterNd` adds what meets at one row, so that updates of a row may be several. */
const scatterAdd: Rule<unknown> = (_attributes, [, indices, updates], { shape }) => {
  const count = sizeOf(indices?.shape ?? []);
  if (sizeOf(updates?.shape ?? []) === 0) return copyOf(0);
  return several(['Add', 'Reshape', 'ScatterNd'], (call, inputs) => {
    const rows = call('Reshape', { x: operand(inputs, 1) }, { shape: [count, 1] });
    const added = [count, ...shape.slice(1)];
    const values = call('Reshape', { x: operand(inputs, 2) }, { shape: added });
    const total = call('ScatterNd', { indices: rows, updates: values }, { shape: [...shape] });
    return call('Add', { a: operand(inputs, 0), b: total });
  });
};

/** Rules of shape and of indexing. */
export const shapeRules: RuleTable<
  'reshape' | 'transpose' | 'slice' | 'pad' | 'concat' | 'reverse' | 'gather' | 'scatterAdd'
> = { reshape, transpose, slice, pad, concat, reverse, gather, scatterAdd };
