export { onnxBackend, type OnnxBackendOptions } from './backend.ts';
export type { DeviceChoice, LogLevel } from './runtime/engine.ts';
export { exportOnnx, type ExportOptions } from './export.ts';
