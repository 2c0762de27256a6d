export { initialParameter, initialValues } from './initializers.ts';
export { deriveKey, normalStream, uniformStream } from './random.ts';
