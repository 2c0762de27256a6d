import { describe, expect, it } from 'vitest';
import {
  distributionQuantiles,
  sampleCrps,
  sampleQuantile,
  standardOf,
} from './forecast-distribution.ts';
import { normal } from './normal.ts';
import { incompleteBeta, studentT } from './student-t.ts';

// cdf, quantiles and negative log-likelihoods are scipy.stats's norm and t (1.18); each CRPS is
// mpmath's quadrature of the integral of (F(x) - [y <= x])² over x, with 40 digits.
describe('the normal distribution', () => {
  it.each([
    [-2.5, 0.006209665325776132],
    [0.3, 0.6179114221889526],
    [1.96, 0.9750021048517795],
  ])('P(Z <= %d)', (z, wanted) => {
    expect(normal.cdf(z)).toBeCloseTo(wanted, 14);
  });

  it.each([
    [0.001, -3.090232306167813],
    [0.05, -1.6448536269514729],
    [0.25, -0.6744897501960817],
    [0.5, 0],
    [0.6, 0.2533471031357997],
    [0.975, 1.959963984540054],
  ])('quantile of %d', (level, wanted) => {
    expect(normal.quantile(level)).toBeCloseTo(wanted, 12);
  });

  it.each([
    { mean: 0, deviation: 1, y: 0, crps: 0.233694977255109, nll: 0.9189385332046727 },
    { mean: 2, deviation: 0.5, y: 3.1, crps: 0.822792216542656, nll: 2.6457913526447276 },
    { mean: -1, deviation: 3, y: 4, crps: 3.42639055938508, nll: 3.4064397107616715 },
  ])('scores $y under mean $mean and deviation $deviation', ({ mean, deviation, y, crps, nll }) => {
    const z = (y - mean) / deviation;
    expect(deviation * normal.crps(z)).toBeCloseTo(crps, 12);
    expect(Math.log(deviation) - normal.logDensity(z)).toBeCloseTo(nll, 12);
  });
});

describe("Student's t distribution", () => {
  it.each([
    [1.2, [0.08511499718982364, 0.6256667945004857, 0.8693326993130935]],
    [2.2, [0.042510344912706714, 0.6376541309069166, 0.9141060654983572]],
    [5, [0.015049623948731293, 0.6471634425834427, 0.9490302605850708]],
    [30, [0.0026949820328259727, 0.654004741742904, 0.9726874775185085]],
  ])('%d degrees: P(Z <= -3), 0.4, 2', (degrees, wanted) => {
    [-3, 0.4, 2].forEach((z, i) => {
      expect(studentT(degrees).cdf(z)).toBeCloseTo(wanted[i] ?? NaN, 13);
    });
  });

  it.each([
    [1.2, [-127.13768835913828, -0.9335861477221333, 8.648826510748867]],
    [2.2, [-17.893611839626566, -0.8019900942112811, 3.948720749712723]],
    [5, [-5.893429531356009, -0.7266868438004226, 2.5705818356363146]],
    [30, [-3.385184866829305, -0.6827556933212927, 2.0422724563012378]],
  ])('%d degrees: quantiles of 0.001, 0.25, 0.975', (degrees, wanted) => {
    [0.001, 0.25, 0.975].forEach((level, i) => {
      expect(studentT(degrees).quantile(level) / (wanted[i] ?? NaN)).toBeCloseTo(1, 11);
    });
  });

  it.each([
    { degrees: 1.5, crps: [0.338090520047, 0.740202690123, 3.21719989751], nll: 2.185270179698158 },
    { degrees: 2.2, crps: [0.295324082426, 0.756756765601, 3.23333473485], nll: 2.197207062672895 },
    { degrees: 5, crps: [0.257025362901, 0.789517277771, 3.3183237499], nll: 2.3065258043849637 },
    { degrees: 30, crps: [0.237248201055, 0.816924730904, 3.40616973616], nll: 2.552439084812176 },
  ])('$degrees degrees: scores', ({ degrees, crps, nll }) => {
    const t = studentT(degrees);
    const cases = [
      { mean: 0, scale: 1, y: 0 },
      { mean: 2, scale: 0.5, y: 3.1 },
      { mean: -1, scale: 3, y: 4 },
    ];
    cases.forEach(({ mean, scale, y }, i) => {
      expect(scale * t.crps((y - mean) / scale)).toBeCloseTo(crps[i] ?? NaN, 10);
    });
    expect(Math.log(0.5) - t.logDensity(2.2)).toBeCloseTo(nll, 12);
  });

  it('needs a mean', () => {
    expect(() => studentT(1)).toThrow('above 1');
  });
});

describe('incompleteBeta', () => {
  it('is 0 and 1 at the ends, and that of its mirror image', () => {
    expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1]);
    // I_x(2, 3) = 6 x² - 8 x³ + 3 x⁴.
    for (const x of [0.1, 0.45, 0.8])
      expect(incompleteBeta(x, 2, 3)).toBeCloseTo(6 * x ** 2 - 8 * x ** 3 + 3 * x ** 4, 13);
  });
});

describe('a sample', () => {
  const sorted = Float64Array.of(-3, -1, 0, 2, 7);

  it('has quantiles on straight lines between its values', () => {
    expect([0, 0.25, 0.5, 0.9, 1].map((level) => sampleQuantile(sorted, level))).toEqual([
      -3, -1, 0, 5, 7,
    ]);
    expect(sampleQuantile(new Float64Array(), 0.5)).toBeNaN();
  });

  it.each([-5, -1, 0.5, 7, 9])('scores %d as the means of all its pairs say', (value) => {
    const size = sorted.length;
    let wanted = 0;
    for (const x of sorted) {
      wanted += Math.abs(x - value) / size;
      for (const other of sorted) wanted -= Math.abs(x - other) / (2 * size ** 2);
    }
    expect(sampleCrps(sorted)(value)).toBeCloseTo(wanted, 12);
  });
});

describe('distributionQuantiles', () => {
  it('lie about the points, each by its own scale or the errors of its own place', () => {
    const point = Float64Array.of(10, 20, 30, 40);
    const scale = Float64Array.of(1, 2, 3, 4);
    const levels = [0.05, 0.5];
    const normals = distributionQuantiles({ type: 'gaussian', scale }, point, levels);
    const z = 1.6448536269514729;
    [10 - z, 10, 20 - 2 * z, 20, 30 - 3 * z, 30, 40 - 4 * z, 40].forEach((wanted, i) => {
      expect(normals[i]).toBeCloseTo(wanted, 12);
    });
    const t = { type: 'studentT', degrees: 30, scale } as const;
    expect(distributionQuantiles(t, point, [0.975])[1]).toBeCloseTo(20 + 2 * 2.0422724563012378);
    expect(standardOf(t).cdf(0)).toBe(0.5);
    const errors = [Float64Array.of(-1, 0, 1), Float64Array.of(4, 5, 6)];
    expect([...distributionQuantiles({ type: 'empirical', errors }, point, [0, 0.5])]).toEqual([
      9, 10, 24, 25, 29, 30, 44, 45,
    ]);
  });
});
