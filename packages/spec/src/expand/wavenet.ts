/** WaveNet as ordinary layers. */
import type { TypeOf } from 'io-ts';
import type { wavenetBlock } from '../documents/blocks.ts';
import { read } from '../codec/described.ts';
import { layer } from '../documents/layers.ts';
import type { Layer } from './expand.ts';

type Wavenet = TypeOf<typeof wavenetBlock>;

/** Numbers that a head gives for each step. */
export function headSize(head: Wavenet['head']): number {
  switch (head.type) {
    case 'linear':
      return head.units;
    case 'softmax':
      return head.classes;
    case 'gaussian':
      return 2 * head.units;
    case 'logistics':
      return 3 * head.mixtures;
  }
}

/**
 * The network of van den Oord et al. (2016, "WaveNet: a generative model for raw audio", figure 4):
 * a causal convolution; in each layer `z = tanh(W_f * x) · sigmoid(W_g * x)` of a dilated causal
 * convolution, whose two halves are one convolution of twice as many filters, to which projections
 * of the conditioning are added (equations 2 and 3); `x + W_r z` into the next layer and `W_s z`
 * into the sum of the skips; then relu, 1×1, relu, 1×1.
 */
export function wavenetLayers(block: Wavenet, name: string, inputs: readonly string[]): Layer[] {
  const { filters, skipFilters = filters, kernelSize, layersPerStack, stacks } = block;
  const layers: Layer[] = [];
  const conv = (own: string, reads: string, options: object): string => {
    layers.push(layerOf({ type: 'conv1d', name: own, inputs: [reads], ...options }));
    return own;
  };
  const point = (own: string, reads: string, width: number, options: object = {}): string =>
    conv(own, reads, { filters: width, kernelSize: 1, ...options });
  const add = (own: string, reads: string[]): string => {
    layers.push({ type: 'add', name: own, inputs: reads });
    return own;
  };

  let x = conv(`${name}.input`, inputs[0] ?? '', { filters, kernelSize, padding: 'causal' });
  const skips: string[] = [];
  const count = stacks * layersPerStack;
  for (let i = 0; i < count; i++) {
    const at = `${name}.${Math.floor(i / layersPerStack) + 1}.${(i % layersPerStack) + 1}`;
    const dilationRate = 2 ** (i % layersPerStack);
    const wide = { filters: 2 * filters, kernelSize, padding: 'causal', dilationRate };
    const parts = [conv(`${at}.dilated`, x, wide)];
    if (block.local !== undefined)
      parts.push(point(`${at}.local`, block.local, 2 * filters, { useBias: false }));
    if (block.global !== undefined)
      parts.push(globalPart(layers, `${at}.global`, block.global, filters));
    const sum = parts.length > 1 ? add(`${at}.conditioned`, parts) : (parts[0] ?? '');
    layers.push({ type: 'gatedActivation', name: `${at}.gate`, inputs: [sum] });
    skips.push(point(`${at}.skip`, `${at}.gate`, skipFilters));
    // Nothing reads the last layer's residual output.
    if (i < count - 1) x = add(`${at}.sum`, [x, point(`${at}.residual`, `${at}.gate`, filters)]);
  }
  const total = skips.length > 1 ? add(`${name}.skips`, skips) : (skips[0] ?? '');
  layers.push({ type: 'activation', name: `${name}.relu`, inputs: [total], activation: 'relu' });
  const last = point(`${name}.last`, `${name}.relu`, skipFilters, { activation: 'relu' });
  point(name, last, headSize(block.head));
  return layers;
}

/** A vector's projection, which is added to every step. */
function globalPart(layers: Layer[], name: string, from: string, filters: number): string {
  const dense = { type: 'dense', name, inputs: [from], units: 2 * filters, useBias: false };
  layers.push(layerOf(dense));
  return name;
}

/** A layer with its defaults filled. */
function layerOf(document: object): Layer {
  const reading = read(layer, document);
  if (reading.ok) return reading.value;
  throw new RangeError(`${JSON.stringify(document)} is no layer`);
}
