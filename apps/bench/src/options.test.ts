import { describe, expect, it } from 'vitest';
import { UnknownContender } from './contenders.ts';
import { parseOptions, type Options, UsageError } from './options.ts';

function parse(...args: string[]): Options {
  const options = parseOptions(args, { CHRONOGRAD_PYTHON: '/venv/python' });
  if (options === 'help') throw new Error('unexpected help');
  return options;
}

describe('parseOptions', () => {
  it('times the workloads that there are goals for against all libraries by default', () => {
    const options = parse();
    expect(options.workloads.map(({ name }) => name)).toEqual([
      'lstm',
      'gru',
      'simpleRnn',
      'convStack',
      'wavenet10',
      'wavenet15',
    ]);
    expect(options.workloads[0]).toMatchObject({ time: 56, batch: 32 });
    expect(new Set(options.contenders.map(({ library }) => library)).size).toBe(5);
    expect(options).toMatchObject({ output: 'output', json: false, compileTimes: [56, 1000] });
    expect(options.effort.python).toBe('/venv/python');
  });

  it('times libraries on WebGPU, each on the same adapter, if asked', () => {
    const options = parse('--webgpu', '--turn=50');
    expect(options.suite).toBe('webgpu');
    expect(options.workloads.map(({ name }) => name)).toContain('convStackPlain');
    expect(options.contenders.map(({ id }) => id)).toEqual([
      'chronograd:webgpu',
      'tfjs:webgpu',
      'jax-js:webgpu',
    ]);
    expect(options.effort).toMatchObject({ rounds: 5, turnMilliseconds: 50 });
    expect(options.compileTimes).toEqual([]);
    expect(parse('--webgpu', '--only=tfjs:webgpu').contenders).toHaveLength(1);
  });

  it('takes other sizes, files under docs and one Python', () => {
    const options = parse(
      '--workload=gru,lstm',
      '--time=9',
      '--write',
      '--python=py',
      '--compile=none',
    );
    expect(options.workloads).toMatchObject([
      { name: 'gru', time: 9, batch: 32 },
      { name: 'lstm', time: 9, batch: 32 },
    ]);
    expect(options).toMatchObject({ output: 'docs/benchmarks', compileTimes: [] });
    expect(options.effort.python).toBe('py');
  });

  it('picks libraries by name, or one way of using them', () => {
    const ids = (only: string) => parse('--only', only).contenders.map(({ id }) => id);
    expect(ids('pytorch')).toEqual(['pytorch:eager', 'pytorch:fused']);
    expect(ids('pytorch:foreach,jax:scan')).toEqual(['pytorch:foreach', 'jax:scan']);
  });

  it('times on an NVIDIA GPU those that find one by themselves', () => {
    const { suite, contenders, effort, workloads } = parse('--cuda');
    expect(suite).toBe('cuda');
    expect(new Set(contenders.map(({ library }) => library))).toEqual(
      new Set(['chronograd', 'keras', 'jax']),
    );
    expect(effort.cuda).toBe(true);
    expect(parse().effort.cuda).toBe(false);
    expect(workloads.map(({ name }) => name)).toContain('lstmWide');
  });

  it('refuses what it does not know', () => {
    expect(() => parse('--workload', 'lstn')).toThrow(
      "--workload: expected one of lstm, gru, simpleRnn, convStack, wavenet10, wavenet15, gruResetBefore, convStackPlain, lstmStack, lstmWide, found 'lstn'",
    );
    expect(() => parse('--rounds', '0')).toThrow(UsageError);
    expect(() => parse('--only', 'torch')).toThrow(UnknownContender);
    expect(() => parse('--step', '3')).toThrow(TypeError);
    expect(() => parse('--cuda', '--webgpu')).toThrow('--cuda and --webgpu: one at a time');
    expect(parseOptions(['--help'], {})).toBe('help');
  });
});
