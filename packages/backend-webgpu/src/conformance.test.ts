import { conformanceTests } from '@chronograd/conformance/vitest';
import { beforeAll } from 'vitest';
import { softwareGpu } from '../testing/index.ts';
import { webgpuBackend } from './backend.ts';

beforeAll(async () => {
  await softwareGpu();
});

// On a software adapter each case costs the compilation of its kernels; `npm run conformance --
// --backend webgpu` runs them all.
conformanceTests({ backend: () => webgpuBackend(), quick: true });
