export * from './gradient-rules.ts';
export { combine, type Contributions, type Stretch, type Sweep } from './cotangents.ts';
export { gradients, reverseSweep } from './reverse.ts';
export * from './scan.ts';
