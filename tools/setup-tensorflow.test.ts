import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isReady, pythonOf, removeLeftovers, targetFolder } from './setup-tensorflow.mjs';
import { layout } from './tensorflow/build.mjs';
import { SetupError } from './tensorflow/execute.mjs';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'chronograd-tensorflow-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

describe('isReady', () => {
  it('asks for the addon and for a stamp of these versions', () => {
    const { addon, stamp } = layout(targetFolder(root));
    mkdirSync(dirname(addon), { recursive: true });
    expect(isReady(root)).toBe(false);
    writeFileSync(addon, '');
    expect(isReady(root)).toBe(false);
    writeFileSync(stamp, '{ "tfjsNode": "4.22.0", "tensorflow": "1.15.0" }');
    expect(isReady(root)).toBe(false);
    writeFileSync(stamp, '{\n  "tfjsNode": "4.22.0",\n  "tensorflow": "2.21.0"\n}\n');
    expect(isReady(root)).toBe(true);
  });
});

describe('removeLeftovers', () => {
  it('removes what interrupted runs have left, and nothing else', () => {
    removeLeftovers(root);
    expect(existsSync(join(root, '.cache'))).toBe(false);
    const folders = ['tensorflow', 'tensorflow.partial-17', 'tensorflow.partial-18', 'other'];
    for (const each of folders) mkdirSync(join(root, '.cache', each, 'deep'), { recursive: true });
    removeLeftovers(root, (pid) => pid === '18');
    expect(readdirSync(join(root, '.cache')).sort()).toEqual([
      'other',
      'tensorflow',
      'tensorflow.partial-18',
    ]);
  });
});

describe('pythonOf', () => {
  it('takes the flag, and refuses what it does not know', () => {
    expect(pythonOf(['--python', '/opt/python'])).toBe('/opt/python');
    expect(() => pythonOf(['--pyton', 'x'])).toThrow(/unknown arguments: --pyton x/);
    expect(() => pythonOf(['--python'])).toThrow(SetupError);
  });
});
