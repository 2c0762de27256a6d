/** A layer whose matrices hold several gates side by side along the last axis. */
export type GatedLayer = 'lstm' | 'gru';

/** Whose order of gates: ours is Keras's. */
export type GateLayout = 'keras' | 'onnx' | 'pytorch';

/**
 * The gates in the order in which each library stores them, under one name each.
 *
 * - lstm: i input, f forget, c candidate (PyTorch: g), o output.
 *   Keras `LSTMCell` i f c o · ONNX operator `LSTM` i o f c · PyTorch `nn.LSTM` i f g o.
 * - gru: z update, r reset, h candidate (PyTorch: n).
 *   Keras `GRUCell` z r h · ONNX operator `GRU` z r h · PyTorch `nn.GRU` r z n.
 */
export const gateOrders = {
  lstm: {
    keras: ['i', 'f', 'c', 'o'],
    onnx: ['i', 'o', 'f', 'c'],
    pytorch: ['i', 'f', 'c', 'o'],
  },
  gru: {
    keras: ['z', 'r', 'h'],
    onnx: ['z', 'r', 'h'],
    pytorch: ['r', 'z', 'h'],
  },
} as const satisfies Record<GatedLayer, Record<GateLayout, readonly string[]>>;

/**
 * Where each gate of the layout `to` stands in the layout `from`: block k of the result is block
 * `permutation[k]` of the source.
 */
export function gatePermutation(layer: GatedLayer, from: GateLayout, to: GateLayout): number[] {
  const source: readonly string[] = gateOrders[layer][from];
  return gateOrders[layer][to].map((gate) => source.indexOf(gate));
}

/**
 * The same matrix with the gates along its last axis in another layout.
 *
 * @param values entries of `[..., gates · units]`, row by row
 * @param units width of one gate
 * @returns a new array of the same length
 * @throws RangeError where the entries make no whole rows
 */
export function reorderGates(
  values: Float32Array,
  units: number,
  layer: GatedLayer,
  from: GateLayout,
  to: GateLayout,
): Float32Array {
  const permutation = gatePermutation(layer, from, to);
  const width = permutation.length * units;
  if (!Number.isInteger(values.length / width)) {
    throw new RangeError(
      `Expected rows of ${width} entries (${layer}), found ${values.length} entries`,
    );
  }
  const reordered = new Float32Array(values.length);
  for (let row = 0; row < values.length; row += width) {
    permutation.forEach((source, target) => {
      const start = row + source * units;
      reordered.set(values.subarray(start, start + units), row + target * units);
    });
  }
  return reordered;
}
