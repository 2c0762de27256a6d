import { createProjectGraphAsync } from '@nx/devkit';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';
import { depConstraints } from './tools/import-table.mjs';

// The rule for module boundaries reads nx's stored project graph and, where there is none, lets
// everything pass. An nx target has just stored it; for `npx eslint` and an editor we do it here.
if (process.env.NX_TASK_TARGET_PROJECT === undefined) await createProjectGraphAsync();

/**
 * @param {{ forTests: boolean }} options
 * @returns {import('eslint').Linter.RulesRecord}
 */
const boundaries = (options) => ({
  '@nx/enforce-module-boundaries': [
    'error',
    { banTransitiveDependencies: true, depConstraints: depConstraints(options) },
  ],
});

// Tests, and what only they use.
const tests = ['**/*.test.ts', 'packages/*/testing/**'];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/output/**', '**/coverage/**', '.nx/**'] },
  // A rule is obeyed or changed here, for all: comments in a file switch none off.
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.mjs'],
    extends: [tseslint.configs.strict],
    plugins: { '@nx': nx },
    rules: {
      ...boundaries({ forTests: false }),
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-expect-error': true, 'ts-ignore': true, 'ts-nocheck': true, 'ts-check': true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      eqeqeq: 'error',
      'max-lines': ['error', 400],
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'], location: 'anywhere' }],
    },
  },
  {
    // The rules that need types: few, so that a package is linted in three seconds.
    files: ['packages/*/src/**/*.ts', 'apps/*/src/**/*.ts'],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/only-throw-error': 'error',
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    ignores: tests,
    rules: { 'no-console': 'error' },
  },
  {
    files: ['packages/*/src/**/*.ts', 'apps/*/src/**/*.ts', 'tools/**/*.mjs'],
    ignores: tests,
    plugins: { jsdoc },
    settings: { jsdoc: { mode: 'typescript' } },
    rules: {
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: true,
          enableFixer: false,
          require: { FunctionDeclaration: true, ClassDeclaration: true },
          contexts: [
            'ExportNamedDeclaration > VariableDeclaration',
            'TSInterfaceDeclaration',
            'TSTypeAliasDeclaration',
            'TSEnumDeclaration',
          ],
        },
      ],
      'jsdoc/check-param-names': ['error', { disableMissingParamChecks: true }],
      'jsdoc/no-blank-blocks': 'error',
    },
  },
  {
    files: tests,
    rules: {
      ...boundaries({ forTests: true }),
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CallExpression MemberExpression[object.name=/^(describe|it|test)$/][property.name=/^(only|skip|todo)$/]',
          message: 'Run every test: no only, skip or todo.',
        },
      ],
    },
  },
  prettier,
);
