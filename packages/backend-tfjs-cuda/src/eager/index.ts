export * from './backend.ts';
export type { EagerExecutable } from './executable.ts';
export { restoreUtil } from './restore-util.ts';
