export { initialParameter, initialValues } from './initializers.ts';
export { deriveKey, threefry2x32, uniformStream, type Words } from './threefry.ts';
