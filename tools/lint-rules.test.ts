import { ESLint } from 'eslint';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Lint as it is but for the rules that need types, which cannot judge a file that is not there. */
const eslint = new ESLint({ cwd: root, overrideConfig: tseslint.configs.disableTypeChecked });

/** What lint says of a source text in the given file (which need not exist). */
async function lint(file: string, lines: string[]) {
  const results = await eslint.lintText(lines.join('\n'), { filePath: root + file });
  return results.flatMap((result) => result.messages);
}

/** A source text that imports a package and passes every other rule. */
const importing = (specifier: string) => [
  `import * as imported from '${specifier}';`,
  '/** What was imported. */',
  'export const again = imported;',
];

/** The message for an import that the table does not have. */
const layer = 'onlyTagsConstraintViolation';

describe('the import table', () => {
  it.each([
    ['packages/graph/src/x.ts', '@chronograd/spec'],
    ['packages/backend/src/x.ts', '@chronograd/graph'],
    ['packages/backend-onnx-cuda/src/x.ts', '@chronograd/backend'],
    ['packages/backend-onnx-cuda/src/x.ts', 'onnxruntime-node'],
    ['packages/backend-onnx-cuda/src/x.test.ts', '@chronograd/conformance/vitest'],
    ['packages/conformance/src/x.ts', '@chronograd/backend-reference'],
    ['packages/chronograd/src/x.ts', '@chronograd/backend'],
    ['packages/chronograd/src/x.test.ts', '@chronograd/backend-reference'],
    ['packages/data/src/x.ts', '@chronograd/spec'],
    ['packages/spec/src/x.ts', 'io-ts'],
    ['packages/spec/src/x.ts', 'fp-ts/lib/Either.js'],
  ])('lets %s import %s', async (file, specifier) => {
    expect(await lint(file, importing(specifier))).toEqual([]);
  });

  it.each([
    ['a package that imports it', 'spec/src/x.ts', '@chronograd/graph', 'noCircularDependencies'],
    ['the same in a test', 'spec/src/x.test.ts', '@chronograd/graph', 'noCircularDependencies'],
    ['a backend', 'chronograd/src/x.ts', '@chronograd/backend-onnx-cuda', layer],
    ['another backend', 'backend-onnx-cuda/src/x.ts', '@chronograd/backend-reference', layer],
    [
      'the suite, outside of a test',
      'backend-onnx-cuda/src/x.ts',
      '@chronograd/conformance',
      layer,
    ],
    [
      'the suite that needs it',
      'backend-reference/src/x.test.ts',
      '@chronograd/conformance',
      'noCircularDependencies',
    ],
    [
      'the backend under test',
      'conformance/src/x.ts',
      '@chronograd/backend-onnx-cuda',
      'noCircularDependencies',
    ],
    ['the user package', 'data/src/x.ts', 'chronograd', layer],
    [
      'the same, which tests with it',
      'backend-onnx-cuda/src/x.ts',
      'chronograd',
      'noCircularDependencies',
    ],
    ['the program, from data', 'data/src/x.ts', '@chronograd/graph', layer],
    ['an npm package beside io-ts', 'spec/src/x.ts', 'ajv', 'bannedExternalImportsViolation'],
    ['an engine', 'chronograd/src/x.ts', 'onnxruntime-node', 'bannedExternalImportsViolation'],
    ['an undeclared npm package', 'graph/src/x.ts', 'csv-parse', 'noTransitiveDependencies'],
    [
      'another package by its path',
      'backend/src/x.ts',
      '../../graph/src/index.ts',
      'noRelativeOrAbsoluteImportsAcrossLibraries',
    ],
    ['itself by its name', 'graph/src/x.ts', '@chronograd/graph', 'noSelfCircularDependencies'],
  ])('refuses %s: %s may not import %s', async (_what, file, specifier, messageId) => {
    expect(await lint(`packages/${file}`, importing(specifier))).toContainEqual(
      expect.objectContaining({ ruleId: '@nx/enforce-module-boundaries', messageId }),
    );
  });
});

describe('the house rules', () => {
  it.each([
    ['any', '@typescript-eslint/no-explicit-any', ['const x: any = 1;', 'console.log(x);']],
    ['as any', '@typescript-eslint/no-explicit-any', ['String(1 as any);']],
    [
      '@ts-ignore',
      '@typescript-eslint/ban-ts-comment',
      ['// @ts-ignore: because', 'String(nothing);'],
    ],
    [
      '@ts-expect-error, even with a reason',
      '@typescript-eslint/ban-ts-comment',
      ['// @ts-expect-error: because', 'String(nothing);'],
    ],
    ['an empty catch', 'no-empty', ['try {', '  String(1);', '} catch {}']],
    ['an export without a doc comment', 'jsdoc/require-jsdoc', ['export const x = 1;']],
    ['a type without a doc comment', 'jsdoc/require-jsdoc', ['export type X = 1;']],
    ['an interface without a doc comment', 'jsdoc/require-jsdoc', ['export interface X { a: 1 }']],
    ['a note of work left over', 'no-warning-comments', ['// To' + 'do: more', 'String(1);']],
    ['printing from a package', 'no-console', ["console.log('hello');"]],
    ['more than 400 lines', 'max-lines', Array.from({ length: 401 }, () => 'String(1);')],
  ])('refuse %s', async (_what, rule, lines) => {
    const said = await lint('packages/data/src/x.ts', lines);
    expect(said.map((message) => message.ruleId)).toContain(rule);
  });

  it('refuse a promise that nobody awaits', async () => {
    const results = await new ESLint({ cwd: root }).lintText('Promise.resolve(1);\n', {
      filePath: `${root}packages/data/src/index.ts`,
    });
    expect(results[0]?.messages.map((message) => message.ruleId)).toEqual([
      '@typescript-eslint/no-floating-promises',
    ]);
  });

  it('cannot be switched off by a comment', async () => {
    const lines = ['/* eslint-disable */', 'String(1 as any);'];
    expect(await lint('packages/data/src/x.ts', lines)).toContainEqual(
      expect.objectContaining({ ruleId: '@typescript-eslint/no-explicit-any', severity: 2 }),
    );
  });

  it.each(['it.skip', 'describe.only', 'test.todo', 'it.only.each'])(
    'refuse %s in a test',
    async (call) => {
      const said = await lint('packages/data/src/x.test.ts', [`${call}('a', () => undefined);`]);
      expect(said.map((message) => message.ruleId)).toEqual(['no-restricted-syntax']);
    },
  );
});
