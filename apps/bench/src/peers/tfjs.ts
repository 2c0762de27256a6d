/**
 * tfjs-layers, trained with `trainOnBatch`. Variants: node, wasm, cpu, webgpu (engines), and best:
 * the first of node, wasm and cpu that is there and can train the model; which one, and why not
 * those before it, stands in the notes.
 */
import type * as core from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';
import type { PlainTensor } from '../draw.ts';
import type { WorkloadLayer } from '../workload.ts';
import type { Setup } from '../protocol.ts';
import { serve, type Trainer, Unsupported } from './serve.ts';
import {
  type Engine,
  type EngineName,
  engineNames,
  loadEngine,
  type Tfjs,
} from './tfjs-engines.ts';

const NO_DILATION = 'tfjs has no gradient of a dilated convolution';
const NO_GRU = "tfjs-layers' GRU cannot reset after the product (resetAfter)";

function makeLayer(tf: Tfjs, layer: WorkloadLayer) {
  // Weights are written over: zeros spare tfjs's slow orthogonal initialiser.
  const zeros = { kernelInitializer: 'zeros', recurrentInitializer: 'zeros' } as const;
  switch (layer.type) {
    case 'dense':
      return tf.layers.dense({ name: layer.name, units: layer.units });
    case 'conv1d': {
      const { name, filters, kernelSize, activation } = layer;
      return tf.layers.conv1d({ name, filters, kernelSize, padding: 'valid', activation });
    }
    case 'wavenet':
      throw new Unsupported(
        'the tfjs peer has no WaveNet: tfjs cannot train a dilated convolution',
      );
    case 'simpleRnn':
    case 'lstm':
    case 'gru': {
      const { name, units, returnSequences = false } = layer;
      const options = { name, units, returnSequences, ...zeros };
      if (layer.type === 'simpleRnn') return tf.layers.simpleRNN(options);
      // Their default is Keras 1's hard sigmoid.
      return tf.layers[layer.type]({ ...options, recurrentActivation: 'sigmoid' });
    }
  }
}

/** So many zeros before the first time step: tfjs-layers does not implement causal padding. */
function zerosBefore(tf: Tfjs, count: number): InstanceType<Tfjs['layers']['Layer']> {
  class ZerosBefore extends tf.layers.Layer {
    static readonly className = 'ZerosBefore';

    override computeOutputShape(shape: (number | null)[]): (number | null)[] {
      const [batch = null, time = null, ...rest] = shape;
      return [batch, time === null ? null : time + count, ...rest];
    }

    override call(inputs: core.Tensor | core.Tensor[]): core.Tensor {
      const [x] = [inputs].flat() as [core.Tensor3D];
      return tf.pad3d(x, [
        [0, 0],
        [count, 0],
        [0, 0],
      ]);
    }
  }
  return new ZerosBefore({});
}

function makeModel(tf: Tfjs, setup: Setup): layers.Sequential {
  const { workload, weights } = setup;
  const model = tf.sequential();
  for (const [index, spec] of workload.layers.entries()) {
    const layer = makeLayer(tf, spec);
    if (index === 0) {
      const shape = [workload.batch, workload.time, workload.features];
      model.add(tf.layers.inputLayer({ batchInputShape: shape }));
    }
    if (spec.type === 'conv1d') model.add(zerosBefore(tf, spec.kernelSize - 1));
    model.add(layer);
  }
  const tensor = ({ data, shape }: PlainTensor) => tf.tensor([...data], [...shape], 'float32');
  model.setWeights(Object.values(weights).map(tensor));
  const { learningRate, beta1, beta2, epsilon } = workload.optimizer;
  model.compile({
    loss: 'meanSquaredError',
    optimizer: tf.train.adam(learningRate, beta1, beta2, epsilon),
  });
  return model;
}

function makeStep({ tf }: Engine, setup: Setup): (batch: number) => Promise<number> {
  const model = makeModel(tf, setup);
  const tensor = ({ data, shape }: PlainTensor) => tf.tensor([...data], [...shape], 'float32');
  const batches = setup.batches.map(({ inputs, targets }) => [tensor(inputs), tensor(targets)]);
  return async (batch) => {
    const [inputs, targets] = batches[batch] ?? [];
    if (!inputs || !targets) throw new RangeError(`no batch ${batch}`);
    const loss = await model.trainOnBatch(inputs, targets);
    return Array.isArray(loss) ? (loss[0] ?? Number.NaN) : loss;
  };
}

/** The first engine that trains one step of the model. */
async function bestEngine(setup: Setup): Promise<{ engine: Engine; passedOver: string[] }> {
  const passedOver: string[] = [];
  for (const name of engineNames) {
    try {
      const engine = await loadEngine(name);
      await makeStep(engine, setup)(0);
      return { engine, passedOver };
    } catch (error) {
      // tfjs has no type for a kernel that an engine lacks, only this message.
      const lacksKernel =
        error instanceof Error && /^Kernel '.*' not registered/.test(error.message);
      if (!(error instanceof Unsupported) && !lacksKernel) throw error;
      passedOver.push(`not ${name}: ${error.message.split('\n')[0]}`);
    }
  }
  throw new Unsupported(passedOver.join('; '));
}

async function build(setup: Setup): Promise<Trainer> {
  // Before any engine is tried: it is the same on all of them.
  for (const layer of setup.workload.layers) {
    if (layer.type === 'gru' && layer.resetAfter !== false) throw new Unsupported(NO_GRU);
    if (layer.type === 'conv1d' && layer.dilationRate > 1) throw new Unsupported(NO_DILATION);
  }
  if (setup.variant === 'best') {
    const { engine, passedOver } = await bestEngine(setup);
    return {
      versions: engine.versions,
      notes: [`engine ${engine.name}`, ...passedOver],
      step: makeStep(engine, setup),
    };
  }
  const name = [...engineNames, 'webgpu' as const].find(
    (engine: EngineName) => engine === setup.variant,
  );
  if (!name) throw new Unsupported(`the tfjs peer has no variant ${setup.variant}`);
  const engine = await loadEngine(name);
  const { versions, notes = [], dispatches } = engine;
  return { versions, notes, ...(dispatches && { dispatches }), step: makeStep(engine, setup) };
}

await serve(build);
