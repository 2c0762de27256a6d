import { chromiumTests } from './chromium-suite.ts';

const webgpu = {
  imports: "import { webgpuBackend } from '../src/index.ts';",
  backend: 'webgpuBackend()',
};

// On a software adapter each case costs the compilation of its kernels, and Node has run them
// already: here are those that show whether a browser is another place. CHRONOGRAD_SUITE=whole in
// the environment runs all.
if (process.env['CHRONOGRAD_SUITE'] === 'whole') chromiumTests(webgpu);
else for (const filter of ['state/', 'models/']) chromiumTests({ ...webgpu, filter, quick: true });
