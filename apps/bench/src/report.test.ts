import { describe, expect, it } from 'vitest';
import { contenders } from './contenders.ts';
import { lossVerdict, significant } from './format.ts';
import type { Suite } from './goals.ts';
import { markdownReport, markdownTable } from './markdown.ts';
import type { Measured } from './measure.ts';
import { makeReport, type Report } from './report.ts';
import { terminalReport } from './terminal.ts';
import { workloads } from './workload.ts';

/** A contender that took so many milliseconds in each of three rounds, the second one slow. */
function measured(id: string, milliseconds: number, more: Partial<Measured> = {}): Measured {
  const contender = contenders.find((one) => one.id === id);
  if (!contender) throw new Error(`no contender ${id}`);
  return {
    contender,
    ready: { event: 'ready', versions: { [contender.library]: '1.2.3' }, notes: [] },
    losses: [0.5, 0.4],
    rounds: [1, 10, 1].map((slower) => [milliseconds * slower, milliseconds * slower]),
    processor: [milliseconds, milliseconds, milliseconds],
    ...more,
  };
}

function report(all: readonly Measured[], compile = true, suite: Suite = 'cpu'): Report {
  const { lstm } = workloads;
  const jax = contenders.find(({ library }) => library === 'jax');
  if (!lstm || !jax) throw new Error('no workload lstm or no JAX');
  return makeReport({
    date: new Date('2031-02-03T04:05:06Z'),
    machine: {
      processor: 'Test | 9000',
      cores: 2,
      memoryGiB: 24,
      system: 'Linux 6 x64',
      node: '20.20.2',
      loadBefore: 0.12,
    },
    suite,
    workload: lstm,
    effort: {
      rounds: 3,
      steps: 2,
      turnMilliseconds: 400,
      warmUpMilliseconds: 1,
      cuda: false,
      python: '/home/me/python',
    },
    measured: all,
    leftOut: [{ contender: jax, reason: 'Python has no module jax', failed: false }],
    compileTimes: compile
      ? [
          {
            time: 1000,
            compile: { buildMilliseconds: 12.4, compileMilliseconds: 345.6, nodes: 789 },
            milliseconds: 31.25,
          },
        ]
      : [],
  });
}

const tfjsNode = { event: 'ready', versions: { 'tfjs-node': '4.22.0' }, notes: [] } as const;
const all = [
  measured('chronograd:run', 1.6),
  measured('chronograd:tensorflow', 1.5),
  measured('tfjs:best', 200, { ready: tfjsNode }),
  measured('pytorch:eager', 2),
  measured('pytorch:fused', 1.75),
  measured('keras:batch', 6),
];

describe('makeReport', () => {
  it('sets times in proportion to PyTorch', () => {
    const { rows } = report(all);
    expect(rows.map(({ timesPytorch }) => timesPytorch)).toEqual([0.8, 0.75, 100, 1, 0.875, 3]);
    expect(rows[0]?.milliseconds).toEqual({ lower: 1.6, median: 1.6, upper: 12.4, count: 6 });
  });

  it("holds us to a library's fastest way, of Keras's those without XLA", () => {
    expect(report([...all, measured('keras:jit', 2.5)]).goals).toMatchObject([
      { verdict: 'met', found: expect.closeTo(125) },
      { verdict: 'missed', found: expect.closeTo(3.75) },
      { verdict: 'missed', found: expect.closeTo(1.6 / 1.75) },
      { verdict: 'met', found: expect.closeTo(4) },
      { verdict: 'met', found: expect.closeTo(1.5 / 1.75) },
    ]);
  });

  it('does not judge what was not there: a slower engine is not tfjs-node', () => {
    const { goals, rows } = report([measured('chronograd:run', 1.6), measured('tfjs:best', 900)]);
    expect(goals.map(({ verdict }) => verdict)).toEqual(Array(5).fill('not measured'));
    expect(rows[0]).not.toHaveProperty('timesPytorch');
  });

  it('counts dispatches, which have a bound of their own', () => {
    const webgpu = [
      measured('chronograd:webgpu', 10, { dispatches: 9 }),
      measured('tfjs:webgpu', 300, { dispatches: 3332 }),
      measured('jax-js:webgpu', 25, { dispatches: 2069.5 }),
    ];
    const made = report(webgpu, false, 'webgpu');
    expect(made.goals).toMatchObject([
      { verdict: 'met', found: expect.closeTo(30) },
      { verdict: 'missed', found: expect.closeTo(2.5) },
      { verdict: 'met', found: 9 },
    ]);
    const page = markdownReport(made);
    expect(page).toMatch(/\| +\| ms \/ step \| +quartiles \| CPU ms \| dispatches \| losses \|/);
    expect(page).toMatch(/\| tfjs-layers on webgpu +\| +300 \| .* \| +3332 \| agree +\|/);
    expect(report(webgpu.slice(0, 1), false, 'webgpu').goals.map(({ verdict }) => verdict)).toEqual(
      ['not measured', 'not measured', 'met'],
    );
  });

  it('keeps the path of a Python to itself', () => {
    expect(JSON.stringify(report(all))).not.toContain('/home/me/python');
  });

  it('marks a contender that does other work', () => {
    const odd = measured('keras:fit', 5, { losses: [0.5, 0.47] });
    const row = report([...all, odd]).rows.at(-1);
    expect(row && lossVerdict(row)).toBe('DIFFER by 0.0e+0 at first, 1.7e-1 later');
  });
});

describe('markdownReport', () => {
  it('has the numbers, what they are worth and what is missing', () => {
    const page = markdownReport(report(all));
    expect(page).toContain('# LSTM 32 + dense 1, T=56, batch 32, 1 feature\n');
    expect(page).toMatch(/\| chronograd, one call a step +\| +1\.60 \| +1\.60 – 12\.4 \|/);
    expect(page).toContain('- taken 2031-02-03 04:05 UTC');
    expect(page).toContain("- at most 0.85 of PyTorch's time: missed (0.914)");
    expect(page).toMatch(/\| 1000 +\| +12 \| +346 \| +789 \| +31\.3 \|/);
    expect(page).toContain('- jax:scan: Python has no module jax');
    expect(page).toContain('- Test \\| 9000, 2 cores');
  });

  it('leaves out sections that are empty', () => {
    expect(markdownReport(report(all, false))).not.toContain('## Compiling');
  });
});

describe('markdownTable', () => {
  it('pads as prettier does', () => {
    expect(
      markdownTable(
        ['', 'ms'],
        ['left', 'right'],
        [
          ['a|b', '1.5'],
          ['c\nd', '20'],
        ],
      ),
    ).toBe(['|      |  ms |', '| ---- | --: |', '| a\\|b | 1.5 |', '| c d  |  20 |'].join('\n'));
  });
});

describe('terminalReport', () => {
  it('has a line for each contender, and the goals', () => {
    const text = terminalReport(report(all));
    for (const { contender } of all) expect(text).toContain(contender.label);
    expect(text).toContain('left out jax:scan: Python has no module jax');
    expect(text).toContain(
      'goal: at least 100 times as fast as tfjs-layers on tfjs-node: met (125)',
    );
    expect(text).not.toContain('\u001B');
  });
});

describe('significant', () => {
  it('keeps three digits', () => {
    expect([0.08765, 1.625, 16.25, 283.4, 3190, 0].map(significant)).toEqual([
      '0.0877',
      '1.63',
      '16.3',
      '283',
      '3190',
      '0.00',
    ]);
  });
});
