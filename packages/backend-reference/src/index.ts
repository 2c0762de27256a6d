export { float64, fromHost, toHost, type Data, type Tensor64 } from './tensor.ts';
export { interpret } from './interpret.ts';
export * from './backend.ts';
export { ReferenceExecutable, type Tensors64 } from './executable.ts';
