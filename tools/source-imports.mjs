import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

/**
 * Modules that a source file names: in imports, re-exports and dynamic imports of a string.
 *
 * @param {string} file path of a TypeScript or JavaScript file
 * @returns {{ specifier: string, typeOnly: boolean }[]} specifiers as they are written (`./x.ts`,
 *   `@chronograd/graph`), and whether TypeScript erases them (`import type`, `export type`)
 */
export function importedModules(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  /** @type {{ specifier: string, typeOnly: boolean }[]} */
  const modules = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    const { specifier, typeOnly } = importedBy(node);
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      modules.push({ specifier: specifier.text, typeOnly });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return modules;
}

/**
 * @param {ts.Node} node
 * @returns {{ specifier: ts.Expression | undefined, typeOnly: boolean }}
 */
function importedBy(node) {
  if (ts.isImportDeclaration(node)) {
    return { specifier: node.moduleSpecifier, typeOnly: node.importClause?.isTypeOnly ?? false };
  }
  if (ts.isExportDeclaration(node)) {
    return { specifier: node.moduleSpecifier, typeOnly: node.isTypeOnly };
  }
  const dynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return { specifier: dynamic ? node.arguments[0] : undefined, typeOnly: false };
}

/**
 * The TypeScript sources below a folder.
 *
 * @param {string} folder
 * @returns {string[]} their paths, in a fixed order; none if there is no such folder
 */
export function sourceFiles(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.split(/[\\/]/).includes('node_modules'))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Finds a circle of files that load each other, in which one of them runs before what it imports
 * is there.
 *
 * @param {readonly string[]} files paths of all the files
 * @returns {string[] | undefined} the files of one circle, the first again at the end; undefined
 *   if there is none
 */
export function findImportCycle(files) {
  const known = new Set(files.map((file) => resolve(file)));
  /** @type {Map<string, 'open' | 'done'>} */
  const states = new Map();
  /** @type {string[]} */
  const path = [];
  /**
   * @param {string} file
   * @returns {string[] | undefined}
   */
  const walk = (file) => {
    if (states.get(file) === 'done') return undefined;
    if (states.get(file) === 'open') return [...path.slice(path.indexOf(file)), file];
    states.set(file, 'open');
    path.push(file);
    for (const { specifier, typeOnly } of importedModules(file)) {
      const target = resolve(dirname(file), specifier);
      const loads = !typeOnly && specifier.startsWith('.') && known.has(target);
      const cycle = loads ? walk(target) : undefined;
      if (cycle) return cycle;
    }
    path.pop();
    states.set(file, 'done');
    return undefined;
  };
  for (const file of known) {
    const cycle = walk(file);
    if (cycle) return cycle;
  }
  return undefined;
}
