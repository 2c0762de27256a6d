/**
 * The backend on the adapter of the tests, for the command:
 * `npm run conformance -- --backend packages/backend-webgpu/testing/software-backend.ts#softwareWebgpu`.
 */
import { webgpuBackend } from '../src/index.ts';
import { softwareGpu } from './software-gpu.ts';

await softwareGpu();

/** A backend on SwiftShader. */
export const softwareWebgpu = (): ReturnType<typeof webgpuBackend> => webgpuBackend();
