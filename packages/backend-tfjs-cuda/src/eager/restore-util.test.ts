import util from 'node:util';
import { describe, expect, it } from 'vitest';
import { likeNewerNode } from '../testing/newer-node.ts';
import { restoreUtil } from './restore-util.ts';

const functions = util as unknown as Record<string, ((value: unknown) => boolean) | undefined>;

describe('restoreUtil', () => {
  it('gives back what is not there, and leaves what is', () => {
    likeNewerNode();
    expect(functions['isNullOrUndefined']).toBeUndefined();
    const own = (): boolean => true;
    functions['isArray'] = own;
    restoreUtil();
    expect(functions['isArray']).toBe(own);
    const isNullOrUndefined = functions['isNullOrUndefined'] ?? own;
    expect([null, undefined, 0, '', false, NaN].map(isNullOrUndefined)).toEqual([
      ...[true, true],
      ...[false, false, false, false],
    ]);
    likeNewerNode();
    restoreUtil();
    expect([[], {}, 'a'].map((value) => functions['isArray']?.(value))).toEqual([
      true,
      false,
      false,
    ]);
  });
});
