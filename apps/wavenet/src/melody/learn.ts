/** A WaveNet learns a melody sample by sample, and plays on. */
import type { Backend } from '@chronograd/backend';
import { classLevels, muLawEncode, muLawExpand, seededRandom, type Batch } from '@chronograd/data';
import { compile, type Model } from 'chronograd';
import { notesOf, playMelody, sampleRate } from './pluck.ts';

/** Classes that a sample may be of. */
const classes = 64;

/** What is learnt: some bars over the six notes. */
const lesson = 'A3 C4 D4 E4 G4 E4 D4 C4 A3 D4 G4 A4 G4 E4 C4 A3 E4 A4 E4 C4 D4 G4 D4 A3';
/** How often, each time plucked anew: of one time alone the noise would be learnt by heart. */
const repeats = 4;
/** What is judged on: the notes in another order, plucked by other noise. */
const unheard = 'E4 D4 A3 G4 C4 A4 D4 C4';

/** A run of the melody. */
export interface MelodyRun {
  readonly backend: Backend;
  /** Steps of training, of `batchSize` pieces of `pieceLength` samples. */
  readonly iterations: number;
  readonly seed: number;
  /** Seconds to generate. */
  readonly seconds: number;
  /** How freely: 1 as the model says, less for likelier samples. */
  readonly temperature: number;
  readonly say: (line: string) => void;
}

/** What came out. */
export interface Melody {
  /** Cross-entropy of unheard samples, in nats. */
  readonly loss: number;
  /** What it costs to know nothing but how often each class occurs: the entropy of that. */
  readonly floor: number;
  /** What was learnt from, from -1 to 1. */
  readonly learnt: Float32Array;
  /** Real samples first, then those that the model made, from -1 to 1. */
  readonly played: Float32Array;
}

const batchSize = 8;
const pieceLength = 1024;
/** Samples of the unheard melody that the model goes on from. */
const primed = sampleRate / 4;

/** The network: two stacks of dilations 1 to 64, which look back 256 samples. */
const document = {
  name: 'melody',
  layers: [
    { type: 'input', name: 'sound', shape: [null, 1] },
    {
      type: 'wavenet',
      filters: 24,
      layersPerStack: 7,
      stacks: 2,
      head: { type: 'softmax', classes },
    },
  ],
};

/** Trains on one melody, judges on another, and goes on with the beginning of that. */
export async function learnMelody(run: MelodyRun): Promise<Melody> {
  const { backend, iterations, seed, seconds, temperature, say } = run;
  const bars = Array.from({ length: repeats }, () => notesOf(lesson)).flat();
  const learnt = playMelody(bars, seed);
  const other = playMelody(notesOf(unheard), seed + 1);
  const [heard, judged] = [learnt, other].map((samples) => muLawEncode(samples, classes));
  if (!heard || !judged) throw new TypeError('expected two melodies');
  const floor = entropy(judged);
  const model = await compile(document, {
    backend,
    training: {
      loss: { type: 'sparseCategoricalCrossentropy', fromLogits: true },
      optimizer: { type: 'adam', learningRate: 0.003 },
    },
    seed,
  });
  try {
    await train(model, heard, { iterations, seed, say });
    const { loss } = await model.evaluate(pieces(judged, everyPiece(judged)), { batchSize });
    say(`  unheard melody: ${loss.toFixed(3)} nats a sample; ${floor.toFixed(3)} without a model`);
    const prime = classLevels(judged.subarray(0, primed), classes);
    const steps = Math.round(seconds * sampleRate);
    const start = performance.now();
    const made = await model.generate({
      steps,
      prime: { shape: [1, primed, 1], data: prime },
      temperature,
      seed,
      stepsPerCall: 256,
    });
    const rate = (primed + steps) / ((performance.now() - start) / 1000);
    say(`  ${steps} samples made, ${rate.toFixed(0)} in a second`);
    const levels = Float32Array.from([...prime, ...made.data]);
    return { loss, floor, learnt, played: muLawExpand(levels, classes) };
  } finally {
    await model.dispose();
  }
}

async function train(
  model: Model,
  heard: Int32Array,
  { iterations, seed, say }: Pick<MelodyRun, 'iterations' | 'seed' | 'say'>,
): Promise<void> {
  const random = seededRandom(seed);
  const last = heard.length - pieceLength - 1;
  const between = 50;
  for (let done = 0; done < iterations;) {
    const count = Math.min(between, iterations - done);
    const batches = Array.from({ length: count }, () =>
      pieces(
        heard,
        Array.from({ length: batchSize }, () => Math.floor(random() * last)),
      ),
    );
    const { epochs } = await model.fit(() => batches, { epochs: 1 });
    done += count;
    say(`  iteration ${done}: ${epochs.at(-1)?.loss.toFixed(3)} nats a sample`);
  }
}

/** Where pieces begin that lie end to end. */
function everyPiece({ length }: Int32Array): number[] {
  const count = Math.floor((length - 1) / pieceLength);
  return Array.from({ length: count }, (_, i) => i * pieceLength);
}

/** Pieces `[pieces, 1024, 1]` as levels from -1 to 1; as targets, the class of each next sample. */
function pieces(
  indices: Int32Array,
  starts: readonly number[],
): { readonly inputs: Batch['inputs']; readonly targets: Batch['targets'] } {
  const shape = [starts.length, pieceLength];
  const inputs = new Float32Array(starts.length * pieceLength);
  const targets = new Float32Array(inputs.length);
  starts.forEach((start, i) => {
    const own = indices.subarray(start, start + pieceLength);
    inputs.set(classLevels(own, classes), i * pieceLength);
    targets.set(indices.subarray(start + 1, start + 1 + pieceLength), i * pieceLength);
  });
  return {
    inputs: { dtype: 'float32', shape: [...shape, 1], data: inputs },
    targets: { dtype: 'float32', shape, data: targets },
  };
}

/** Entropy of how often each class occurs, in nats. */
function entropy(indices: Int32Array): number {
  const counts = new Map<number, number>();
  for (const index of indices) counts.set(index, (counts.get(index) ?? 0) + 1);
  let sum = 0;
  for (const count of counts.values()) {
    const share = count / indices.length;
    sum -= share * Math.log(share);
  }
  return sum;
}
