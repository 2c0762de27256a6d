import { describe, expect, it } from 'vitest';
import { formatEpoch, trainingDisplay } from './progress.ts';
import { scoreTable, verdict, type Score } from './scores.ts';

function score(name: string, mae: number[]): Score {
  const meanMae = mae.reduce((sum, value) => sum + value, 0) / mae.length;
  const values = Float64Array.from(mae);
  return { name, errors: { mae: values, rmse: values, meanMae, meanRmse: meanMae } };
}

describe('scoreTable', () => {
  it('has a row for each day of the horizon, and one for the mean', () => {
    const lines = scoreTable([score('GRU', [1, 2]), score('linear', [3, 5])], false).split('\n');
    const cells = lines.map((line) => line.split('│').map((cell) => cell.trim()));
    expect(cells[1]).toEqual(['', 'days ahead', 'GRU', 'linear', '']);
    expect(cells[3]).toEqual(['', '1', '1.00', '3.00', '']);
    expect(cells[5]).toEqual(['', 'mean', '1.50', '4.00', '']);
  });
});

describe('verdict', () => {
  it('compares with the best baseline, and says so where that is better', () => {
    const own = score('GRU', [3]);
    expect(verdict([own, score('linear', [4]), score('season', [5])])).toBe(
      'GRU beats every baseline: its mean error is 25.0 % less than that of linear.',
    );
    expect(verdict([own, score('linear', [2]), score('season', [5])])).toBe(
      'GRU does not beat linear: its mean error is 50.0 % greater.',
    );
  });
});

describe('the display of training', () => {
  const line = {
    epoch: 3,
    epochs: 40,
    loss: 0.43214,
    validationMae: 2.8,
    millisecondsPerStep: 4.06,
    best: true,
  };
  const shown = 'epoch  3/40  loss 0.4321  validation MAE 2.800 °C  4.1 ms/step  best so far';

  it('is a line an epoch where the output is no terminal', () => {
    expect(formatEpoch(line)).toBe(shown);
    let written = '';
    const display = trainingDisplay({ write: (text) => (written += text) }, 40);
    display.step(1, 26, 0.5, 4);
    display.epoch(line);
    display.end();
    expect(written).toBe(`${shown}\n`);
  });
});
