export { tfjsCuda, type TfjsCudaOptions } from './tfjs-cuda.ts';
export type { CodegenOptions } from './graph/codegen/program.ts';
export { tfjsEager, type TfjsEagerBackend, type TfjsEagerOptions } from './eager/index.ts';
