export * from './contract.ts';
export * from './errors.ts';
export * from './checks.ts';
export * from './host-arrays.ts';
export * from './report.ts';
