export * from './gradient-rules.ts';
export { gradients, reverseSweep, combine, type Contributions } from './reverse.ts';
export * from './scan.ts';
