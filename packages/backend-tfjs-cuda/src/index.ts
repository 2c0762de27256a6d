export { tfjsCuda, type TfjsCudaOptions } from './tfjs-cuda.ts';
export type { CodegenOptions } from './graph/codegen/program.ts';
export {
  restoreUtil,
  tfjsEager,
  type TfjsEagerBackend,
  type TfjsEagerOptions,
} from './eager/index.ts';
