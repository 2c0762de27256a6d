export { initialParameter, initialValues } from './initializers.ts';
export { deriveKey, normalStream, uniformStream, type Words } from './random.ts';
