/** The WebGPU backend. */
export { webgpuBackend, type WebgpuBackendOptions } from './backend.ts';
export type { DeviceOptions } from './runtime/device.ts';
