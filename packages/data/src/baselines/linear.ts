import { DataError } from '../errors.ts';
import type { FloatTensor } from '../tensor.ts';
import type { Batch, Windows } from '../windows.ts';
import { leastSquares } from './least-squares.ts';

/**
 * A linear map from all values of a window to its targets, with a bias, fitted by ridge regression
 * in float64. Inputs are centred and divided by their standard deviation, the bias is not
 * penalised, and the penalty counts per window: mean squared error + ridge · ‖weights‖².
 */
export class LinearForecaster {
  private constructor(
    private readonly shape: { readonly features: number; readonly outputs: number },
    private readonly mean: Float64Array,
    private readonly deviation: Float64Array,
    /** `[features, outputs]` */
    private readonly weights: Float64Array,
    private readonly bias: Float64Array,
  ) {}

  /**
   * Fits on `oneStep` or `manySteps` windows.
   *
   * @param windows of the training part
   * @param options how to fit
   * @param options.ridge strength of the penalty. Default 0: plain least squares
   * @throws {@link DataError} for `sequenceToSequence` windows, and where least squares without
   *   penalty has no single solution
   */
  static fit(windows: Windows, options: { readonly ridge?: number } = {}): LinearForecaster {
    vectorTargets(windows);
    return LinearForecaster.fitTensors(windows.batch(), options);
  }

  /**
   * As {@link fit}, of tensors: inputs `[windows, length, features]`, targets `[windows, values]`.
   *
   * @throws {@link DataError} where least squares without penalty has no single solution
   */
  static fitTensors(
    { inputs, targets }: Batch,
    { ridge = 0 }: { readonly ridge?: number } = {},
  ): LinearForecaster {
    const [count = 0, outputs = 0] = targets.shape;
    const features = inputs.data.length / count;
    const { mean, deviation } = moments(inputs.data, features);
    const bias = moments(targets.data, outputs).mean;
    const a = Float64Array.from(inputs.data, (value, i) => {
      const j = i % features;
      return (value - (mean[j] ?? 0)) / (deviation[j] ?? 1);
    });
    const b = Float64Array.from(targets.data, (value, i) => value - (bias[i % outputs] ?? 0));
    const weights = leastSquares(a, b, {
      columns: features,
      targets: outputs,
      ridge: ridge * count,
    });
    return new LinearForecaster({ features, outputs }, mean, deviation, weights, bias);
  }

  /**
   * Forecasts of windows cut as those of the fit: `[windows, horizon · targets]`.
   *
   * @throws {@link DataError} for windows of another size
   */
  forecast(windows: Windows): FloatTensor {
    const { features, outputs } = this.shape;
    const [length, columns] = windows.inputShape;
    if (length * columns !== features || vectorTargets(windows) !== outputs)
      throw new DataError({
        code: 'bad-argument',
        subject: 'windows',
        expected: `${features} values in and ${outputs} out, as in the fit`,
        found: `${length * columns} in and ${vectorTargets(windows)} out`,
      });
    return this.forecastTensor(windows.batch().inputs);
  }

  /** Forecasts of inputs `[windows, length, features]` as those of the fit: `[windows, values]`. */
  forecastTensor({ data, shape: [count = 0] }: FloatTensor): FloatTensor {
    const { features, outputs } = this.shape;
    const result = new Float32Array(count * outputs);
    for (let i = 0; i < count; i++) {
      const sums = Float64Array.from(this.bias);
      for (let j = 0; j < features; j++) {
        const value = data[i * features + j] ?? NaN;
        const scaled = (value - (this.mean[j] ?? 0)) / (this.deviation[j] ?? 1);
        for (let k = 0; k < outputs; k++)
          sums[k] = (sums[k] ?? 0) + scaled * (this.weights[j * outputs + k] ?? 0);
      }
      result.set(sums, i * outputs);
    }
    return { dtype: 'float32', shape: [count, outputs], data: result };
  }
}

function vectorTargets(windows: Windows): number {
  const [outputs, ...rest] = windows.targetShape;
  if (outputs === undefined || rest.length > 0)
    throw new DataError({
      code: 'bad-argument',
      subject: 'windows',
      expected: 'kind oneStep or manySteps',
      found: windows.options.kind,
    });
  return outputs;
}

/** Mean and standard deviation (1 where it is 0) of each column of `[rows, columns]`. */
function moments(data: Float32Array, columns: number) {
  const rows = data.length / columns;
  const mean = new Float64Array(columns);
  const deviation = new Float64Array(columns);
  data.forEach((value, i) => {
    mean[i % columns] = (mean[i % columns] ?? 0) + value / rows;
  });
  data.forEach((value, i) => {
    const j = i % columns;
    deviation[j] = (deviation[j] ?? 0) + (value - (mean[j] ?? 0)) ** 2 / rows;
  });
  return { mean, deviation: deviation.map((variance) => Math.sqrt(variance) || 1) };
}
