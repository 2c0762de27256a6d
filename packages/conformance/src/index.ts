export * from './case.ts';
export * from './compare.ts';
export * from './conformance.ts';
export * from './data/draw.ts';
export * from './failure.ts';
export * from './manifest.ts';
export * from './suite.ts';
export * from './tolerances.ts';
