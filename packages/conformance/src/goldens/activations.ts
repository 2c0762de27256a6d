/** Activations, saturated too, with their slopes. */
import { activate, Builder, float32, gradients } from '@chronograd/graph';
import type { Activation } from '@chronograd/spec';
import file from './activations.json' with { type: 'json' };
import { casesOf, funcRun, toTensor, type Golden, type GoldenTensor } from './golden.ts';

interface ActivationCase {
  readonly name: string;
  readonly activation: Activation;
  readonly x: GoldenTensor;
  readonly y: GoldenTensor;
  /** Gradient of the sum of y₀ + 2 y₁ + 3 y₂ + … */
  readonly dx: GoldenTensor;
}

/** The least positive float32 that is not denormal: engines may take less for zero. */
const LEAST_NORMAL = 2 ** -126;

/**
 * Absolute values in parts, so that those of a thousand do not hide those of one. A slope that is
 * nearly zero is a difference of ones, so that slopes are compared as a whole.
 */
const BANDS = [
  ['up to 4', 0, 4],
  ['from 4 to 90', 4, 90],
  ['from 90', 90, Infinity],
] as const;

function bandsOf({ activation, x, y }: ActivationCase) {
  if (activation === 'softmax' || activation === 'logSoftmax') return [{ label: 'y', x: x, y: y }];
  return BANDS.map(([label, least, limit]) => {
    const places = [...x.data.keys()].filter((i) => {
      const size = Math.abs(x.data[i] ?? 0);
      const value = Math.abs(y.data[i] ?? 0);
      return size >= least && size < limit && (value === 0 || value >= LEAST_NORMAL);
    });
    const pick = ({ data }: GoldenTensor): GoldenTensor => ({
      shape: [places.length],
      data: places.map((i) => data[i] ?? NaN),
    });
    return { label: `y, x ${label}`, x: pick(x), y: pick(y) };
  });
}

/** Goldens of activations. */
export const activationGoldens: readonly Golden[] = casesOf<ActivationCase>(file).map((each) => ({
  row: { group: 'layers', subject: 'activation' },
  name: each.name,
  build() {
    const { activation, x, dx } = each;
    const bands = bandsOf(each);
    const b = new Builder();
    const whole = b.input(float32(...x.shape));
    const weights = b.input(float32(...x.shape));
    const parts = bands.map((band) => activate(b, b.input(float32(...band.x.shape)), activation));
    const loss = b.reduceSum(b.mul(activate(b, whole, activation), weights));
    const func = b.finish([...parts, ...gradients(b, loss, [whole])]);
    const counted = { shape: x.shape, data: x.data.map((_, i) => i + 1) };
    return funcRun(func, [x, counted, ...bands.map((band) => band.x)].map(toTensor), [
      ...bands.map(({ label, y }) => [label, y] as const),
      ['gradient of x', dx],
    ]);
  },
}));
