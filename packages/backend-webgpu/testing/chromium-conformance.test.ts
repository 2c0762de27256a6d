import { chromiumTests } from './chromium-suite.ts';

chromiumTests({
  imports: "import { webgpuBackend } from '../src/index.ts';",
  backend: 'webgpuBackend()',
  // As in Node: the rest takes longer than the tests of everything else.
  quick: true,
});
