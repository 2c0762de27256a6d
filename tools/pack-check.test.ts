import { describe, expect, it } from 'vitest';
import { namedBlocks } from './pack-check.mjs';

describe('namedBlocks', () => {
  it('finds the code that a line begins with the name of', () => {
    const markdown = [
      'Text with `code.ts` in it:',
      '',
      '```ts',
      'nameless();',
      '```',
      '',
      '`a.ts`:',
      '',
      '```ts',
      'first();',
      '',
      'second();',
      '```',
      '',
      '`b.test.ts`, for a runner:',
      '',
      '```ts',
      'third();',
      '```',
    ].join('\n');
    expect(namedBlocks(markdown)).toEqual({
      'a.ts': 'first();\n\nsecond();\n',
      'b.test.ts': 'third();\n',
    });
  });
});
