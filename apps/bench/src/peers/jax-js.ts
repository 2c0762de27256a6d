/** jax-js on WebGPU, its step jitted as a whole; in Node on Dawn. One variant: webgpu. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defaultDevice, init } from '@jax-js/jax';
import type { Setup } from '../protocol.ts';
import { jaxArray, startState, trainStep } from './jax-js-model.ts';
import { serve, type Trainer, Unsupported } from './serve.ts';
import { sharedAdapter } from './webgpu.ts';

function version(): string {
  const entry = createRequire(import.meta.url).resolve('@jax-js/jax');
  const text = readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function build({ variant, workload, weights, batches }: Setup): Promise<Trainer> {
  if (variant !== 'webgpu') throw new Unsupported(`the jax-js peer has no variant ${variant}`);
  const { notes, dispatches } = await sharedAdapter();
  const devices = await init('webgpu');
  if (!devices.includes('webgpu')) throw new Unsupported('jax-js finds no WebGPU adapter');
  defaultDevice('webgpu');
  const step = trainStep(workload);
  const arrays = batches.map((each) => [jaxArray(each.inputs), jaxArray(each.targets)] as const);
  let state = startState(weights);
  return {
    versions: { '@jax-js/jax': version() },
    notes,
    dispatches,
    step: async (batch) => {
      const [inputs, targets] = arrays[batch] ?? [];
      if (!inputs || !targets) throw new RangeError(`no batch ${batch}`);
      const [next, loss] = step(state, inputs.ref, targets.ref);
      state = next;
      return (await loss.data())[0] ?? Number.NaN;
    },
  };
}

await serve(build);
