export * from './ir/types.ts';
export * from './ir/primitives.ts';
export * from './ir/errors.ts';
export * from './ir/shape-rules.ts';
export * from './ir/builder.ts';
export * from './autodiff/index.ts';
export * from './passes/index.ts';
