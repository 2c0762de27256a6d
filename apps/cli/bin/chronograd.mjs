#!/usr/bin/env node
// Published, the command is what was built; in its repository it runs from the sources.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = new URL('../src/main.ts', import.meta.url);
const workspace = new URL('../../../nx.json', import.meta.url);

if (existsSync(workspace) && existsSync(source)) {
  const options = ['--conditions=chronograd-source', '--import', import.meta.resolve('tsx')];
  const { status, signal } = spawnSync(
    process.execPath,
    [...options, fileURLToPath(source), ...process.argv.slice(2)],
    { stdio: 'inherit' },
  );
  if (signal !== null) process.kill(process.pid, signal);
  process.exitCode = status ?? 1;
} else {
  await import('../dist/main.js');
}
