import { describe, expect, it } from 'vitest';
import { defaults, parseOptions, usage, UsageError } from './options.ts';

describe('parseOptions', () => {
  it('has a default for everything', () => {
    expect(parseOptions([])).toEqual(defaults);
  });

  it('reads every flag', () => {
    const args = '--epochs 3 --output here --seed 7 --backend reference'.split(' ');
    expect(parseOptions(args)).toEqual({
      epochs: 3,
      output: 'here',
      seed: 7,
      backend: 'reference',
    });
  });

  it('knows --help, which names every flag', () => {
    expect(parseOptions(['--epochs', '3', '--help'])).toBe('help');
    for (const name of Object.keys(defaults)) expect(usage).toContain(`--${name}`);
  });

  it.each([
    ['--epochs 0', '--epochs: expected a whole number from 1, found "0"'],
    ['--epochs 1.5', '--epochs: expected a whole number from 1, found "1.5"'],
    ['--seed=-1', '--seed: expected a whole number from 0, found "-1"'],
    ['--seed 4294967296', '--seed: expected a whole number from 0'],
    ['--backend tpu', '--backend: expected onnx or reference, found "tpu"'],
    ['--output=', '--output: expected a folder, found nothing'],
    ['--epoch 3', "Unknown option '--epoch'"],
    ['--epochs', "Option '--epochs <value>' argument missing"],
    ['here', "Unexpected argument 'here'"],
  ])('refuses %s', (line, message) => {
    expect(() => parseOptions(line.split(' '))).toThrow(message);
    expect(() => parseOptions(line.split(' '))).toThrow(UsageError);
  });
});
