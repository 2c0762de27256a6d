export * from './contract.ts';
export * from './errors.ts';
export * from './checks.ts';
export * from './report.ts';
