export { onnxBackend, type OnnxBackendOptions } from './backend.ts';
export type { DeviceChoice, LogLevel } from './runtime/engine.ts';
