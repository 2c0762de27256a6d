/** chronograd on WebGPU, in Node on Dawn. Variants: webgpu (one call a step), webgpuFit. */
import { webgpuBackend } from '@chronograd/backend-webgpu';
import { buildVariant, type Way } from './chronograd-calls.ts';
import { serve } from './serve.ts';
import { sharedAdapter } from './webgpu.ts';

/** How each variant is called. */
const variants: Readonly<Record<string, Way>> = {
  webgpu: { make: () => webgpuBackend(), call: 'run' },
  webgpuFit: { make: () => webgpuBackend(), call: 'fit' },
};

await serve(async (setup) => {
  const { notes, dispatches } = await sharedAdapter();
  const trainer = await buildVariant(setup, variants);
  return { ...trainer, notes: [...notes, ...(trainer.notes ?? [])], dispatches };
});
