import { chromiumTests } from './chromium-suite.ts';

chromiumTests({
  imports: "import { webgpuBackend } from '../src/index.ts';",
  backend: 'webgpuBackend()',
});
