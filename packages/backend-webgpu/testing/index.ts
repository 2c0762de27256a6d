/** What else in this workspace is run on the adapter of the tests. */
export { softwareGpu } from './software-gpu.ts';
