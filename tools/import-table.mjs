/**
 * Who may import whom, layer by layer: the table of docs/architecture.md as lint reads it. A
 * package names its layer in package.json (`"nx": { "tags": ["layer:graph"] }`); one that names
 * none may import no other package.
 *
 * @typedef {{
 *   imports: readonly Layer[],
 *   testsAlsoImport?: readonly Layer[],
 *   onlyExternal?: readonly string[],
 *   noExternal?: readonly string[],
 * }} LayerRule `imports`: layers that sources may import, `testsAlsoImport`: those that only test
 *   files may, `onlyExternal`/`noExternal`: npm packages that sources may or may not import
 * @typedef {'spec' | 'graph' | 'contract' | 'oracle' | 'backend' | 'conformance' | 'api' | 'series' | 'tasks' | 'report' | 'app' | 'tool'} Layer
 */

/** npm packages that drive an engine: only a backend may know them. */
const engines = ['onnxruntime-*', '@tensorflow/*', 'webgpu'];

/** @type {Record<Layer, LayerRule>} */
export const layers = {
  spec: {
    imports: [],
    onlyExternal: ['io-ts', 'io-ts/*', 'fp-ts', 'fp-ts/*', 'fastest-levenshtein'],
  },
  graph: { imports: ['spec'], noExternal: engines },
  contract: { imports: ['spec', 'graph'], noExternal: engines },
  oracle: { imports: ['spec', 'graph', 'contract'], noExternal: engines },
  backend: {
    imports: ['spec', 'graph', 'contract'],
    testsAlsoImport: ['oracle', 'backend', 'conformance'],
  },
  conformance: {
    imports: ['spec', 'graph', 'contract', 'oracle'],
    noExternal: engines,
  },
  api: {
    imports: ['spec', 'graph', 'contract'],
    testsAlsoImport: ['oracle', 'backend', 'conformance'],
    noExternal: engines,
  },
  series: { imports: ['spec', 'series'], noExternal: engines },
  tasks: {
    imports: ['spec', 'graph', 'contract', 'api', 'series'],
    testsAlsoImport: ['oracle', 'backend'],
    noExternal: engines,
  },
  report: {
    imports: ['spec', 'contract', 'api', 'series', 'tasks'],
    testsAlsoImport: ['oracle', 'backend'],
    noExternal: engines,
  },
  app: {
    imports: [
      'spec',
      'graph',
      'contract',
      'oracle',
      'backend',
      'conformance',
      'api',
      'series',
      'tasks',
      'report',
    ],
  },
  tool: { imports: [] },
};

/**
 * The table in the shape of `@nx/enforce-module-boundaries`.
 *
 * @param {{ forTests: boolean }} options whether the constraints are those of test files
 */
export function depConstraints({ forTests }) {
  return Object.entries(layers).map(([layer, rule]) => {
    const imports = [...rule.imports, ...(forTests ? (rule.testsAlsoImport ?? []) : [])];
    return {
      sourceTag: `layer:${layer}`,
      onlyDependOnLibsWithTags: imports.map((name) => `layer:${name}`),
      ...(rule.onlyExternal && !forTests && { allowedExternalImports: [...rule.onlyExternal] }),
      ...(rule.noExternal && !forTests && { bannedExternalImports: [...rule.noExternal] }),
    };
  });
}
