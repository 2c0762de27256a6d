import { DataError } from '../errors.ts';
import type { FloatTensor } from '../tensor.ts';
import type { Batch, Windows } from '../windows.ts';
import { LeastSquares } from './least-squares.ts';

/** Windows that are copied at once. */
const BATCH_SIZE = 1024;

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
    return LinearForecaster.fitBatches(() => windows.batches({ batchSize: BATCH_SIZE }), options);
  }

  /**
   * As {@link fit}, of batches: inputs `[windows, length, features]`, targets `[windows, values]`.
   * One batch at a time is held.
   *
   * @param batches begins anew each time it is called: once for means and deviations, once to fit
   * @param options as in {@link fit}
   * @param options.ridge as in {@link fit}
   * @throws {@link DataError} where there is no window, and where least squares without penalty has
   *   no single solution
   */
  static fitBatches(
    batches: () => Iterable<Batch>,
    { ridge = 0 }: { readonly ridge?: number } = {},
  ): LinearForecaster {
    let inputMoments: Moments | undefined;
    let targetMoments: Moments | undefined;
    for (const { inputs, targets } of batches()) {
      const [count = 0, outputs = 0] = targets.shape;
      inputMoments ??= new Moments(inputs.data.length / count);
      targetMoments ??= new Moments(outputs);
      inputMoments.add(inputs.data);
      targetMoments.add(targets.data);
    }
    if (!inputMoments || !targetMoments)
      throw new DataError({
        code: 'bad-argument',
        subject: 'windows',
        expected: 'at least one window to fit on',
        found: 'none',
      });
    const { columns: features, mean, rows: count } = inputMoments;
    const { columns: outputs, mean: bias } = targetMoments;
    const deviation = inputMoments.deviation();
    const squares = new LeastSquares({ columns: features, targets: outputs, ridge: ridge * count });
    for (const { inputs, targets } of batches())
      squares.add(
        Float64Array.from(inputs.data, (value, i) => {
          const j = i % features;
          return (value - (mean[j] ?? 0)) / (deviation[j] ?? 1);
        }),
        Float64Array.from(targets.data, (value, i) => value - (bias[i % outputs] ?? 0)),
      );
    return new LinearForecaster({ features, outputs }, mean, deviation, squares.solve(), bias);
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
    const data = new Float32Array(windows.count * outputs);
    let at = 0;
    for (const { inputs } of windows.batches({ batchSize: BATCH_SIZE })) {
      const batch = this.forecastTensor(inputs).data;
      data.set(batch, at);
      at += batch.length;
    }
    return { dtype: 'float32', shape: [windows.count, outputs], data };
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

/** Means and deviations of the columns of `[rows, columns]`, of which rows come in blocks. */
class Moments {
  rows = 0;
  readonly mean: Float64Array;
  private readonly squares: Float64Array;

  constructor(readonly columns: number) {
    this.mean = new Float64Array(columns);
    this.squares = new Float64Array(columns);
  }

  /** Adds rows, by the updates of Welford (1962). */
  add(data: Float32Array): void {
    const { columns, mean, squares } = this;
    data.forEach((value, i) => {
      const j = i % columns;
      if (j === 0) this.rows++;
      const before = value - (mean[j] ?? 0);
      mean[j] = (mean[j] ?? 0) + before / this.rows;
      squares[j] = (squares[j] ?? 0) + before * (value - (mean[j] ?? 0));
    });
  }

  /** The standard deviation of each column, 1 where it is 0. */
  deviation(): Float64Array {
    return this.squares.map((square) => Math.sqrt(square / this.rows) || 1);
  }
}
