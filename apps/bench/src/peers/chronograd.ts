/**
 * chronograd, one thread. Variants on the ONNX backend, CPU: run (one call of the engine a step),
 * runSteps (as many steps in a call as the engine takes), fit (the user's package). On TensorFlow:
 * tensorflow (one call a step), tensorflowFit.
 */
import type { Backend } from '@chronograd/backend';
import { onnxBackend } from '@chronograd/backend-onnx-cuda';
import { tfjsCuda } from '@chronograd/backend-tfjs-cuda';
import { buildVariant, type Way } from './chronograd-calls.ts';
import { serve } from './serve.ts';

/** How each variant computes, and is called. */
const variants: Readonly<Record<string, Way>> = {
  run: { make: onOnnx, call: 'run' },
  runSteps: { make: onOnnx, call: 'runSteps' },
  fit: { make: onOnnx, call: 'fit' },
  tensorflow: { make: onTensorflow, call: 'run' },
  tensorflowFit: { make: onTensorflow, call: 'fit' },
};

function onOnnx(): Backend {
  return onnxBackend({ device: 'cpu', threads: 1 });
}

function onTensorflow(): Backend {
  // Set for the others. The backend has its own way to do without a second thread.
  delete process.env['TF_NUM_INTEROP_THREADS'];
  return tfjsCuda({ threads: 1 });
}

await serve((setup) => buildVariant(setup, variants));
