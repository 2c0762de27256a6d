export * from './backend.ts';
export type { EagerExecutable } from './executable.ts';
