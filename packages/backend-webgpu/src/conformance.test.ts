import { conformanceTests } from '@chronograd/conformance/vitest';
import { beforeAll } from 'vitest';
import { softwareGpu } from '../testing/index.ts';
import { webgpuBackend } from './backend.ts';

beforeAll(async () => {
  await softwareGpu();
});

// On a software adapter each case costs the compilation of its kernels: CHRONOGRAD_SUITE=whole in
// the environment runs all.
conformanceTests({
  backend: () => webgpuBackend(),
  quick: process.env['CHRONOGRAD_SUITE'] !== 'whole',
});
