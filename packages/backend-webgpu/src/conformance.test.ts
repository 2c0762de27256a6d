import { conformanceTests } from '@chronograd/conformance/vitest';
import { beforeAll } from 'vitest';
import { softwareGpu } from '../testing/index.ts';
import { webgpuBackend } from './backend.ts';

beforeAll(async () => {
  await softwareGpu();
});

conformanceTests({ backend: () => webgpuBackend() });
