#!/usr/bin/env node
// Published, the command is what was built; in its repository it runs from the sources.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = new URL('../src/main.ts', import.meta.url);
const workspace = new URL('../../../nx.json', import.meta.url);

if (existsSync(workspace) && existsSync(source)) {
  const options = ['--conditions=chronograd-source', '--import', import.meta.resolve('tsx')];
  const child = spawn(
    process.execPath,
    [...options, fileURLToPath(source), ...process.argv.slice(2)],
    { stdio: 'inherit' },
  );
  // A terminal sends Ctrl-C to the child as well, which takes both for one; whoever signals this
  // process alone does not.
  process.on('SIGINT', () => child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
} else {
  await import('../dist/main.js');
}
