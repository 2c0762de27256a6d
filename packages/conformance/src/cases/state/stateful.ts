/** Layers with `stateful`: what a call leaves is where the next begins, until it is overwritten. */
import type { Executable, HostTensor } from '@chronograd/backend';
import { buildProgram } from '@chronograd/graph';
import { parseTraining, type LayerDocument } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { noise, scalar } from '../../data/draw.ts';
import { atLength, joined, startOf, steps, zerosLike } from '../../data/models.ts';
import { codedCases, onBoth, outputsOf, type CodedCase } from '../../kinds/coded.ts';
import { modelOf, type ModelData } from '../../kinds/document.ts';

const models: readonly (ModelData & { readonly name: string })[] = [
  { name: 'simpleRnn', layers: [{ type: 'simpleRnn', units: 5 }] },
  { name: 'lstm', layers: [{ type: 'lstm', units: 5 }] },
  { name: 'gru', layers: [{ type: 'gru', units: 5 }] },
  { name: 'gru with the reset before', layers: [{ type: 'gru', units: 5, resetAfter: false }] },
  {
    name: 'stacked',
    layers: [
      { type: 'lstm', units: 5 },
      { type: 'simpleRnn', units: 6 },
      { type: 'gru', units: 4 },
    ],
  },
].map(({ name, layers }) => ({
  name,
  layers: [
    { type: 'input', name: 'x', shape: [null, 3] },
    ...layers.map(
      (layer) => ({ ...layer, stateful: true, returnSequences: true }) as LayerDocument,
    ),
    { type: 'dense', name: 'y', units: 2 },
  ],
}));

const BATCH = 4;
const TIME = 6;
const isKept = (name: string): boolean => name.includes('/state/');

/** Cuts of a sequence that a stateful model is fed in turn; one shares its state with the next. */
const LENGTHS = [2, 3, 1];

const pieces = models.map((data): CodedCase => ({
  name: `${data.name}, calls of 2, 3 and 1 steps equal one of 6`,
  async run(subject, check) {
    const model = modelOf(data);
    const x = noise([BATCH, TIME, 3], 31, -1.5, 1.5);
    const program = (time: number) =>
      buildProgram(atLength(model, time), { batch: BATCH, entries: ['predict'] });
    const start = startOf(program(TIME), model, data, data.name);
    const found = await onBoth(subject, check, 'forward', async (compile) => {
      const whole = await compile(program(TIME));
      await whole.writeState(start);
      const { y: atOnce } = await outputsOf(whole, 'predict', { x });
      let cut: Executable | undefined;
      const parts: HostTensor[] = [];
      let from = 0;
      for (const length of LENGTHS) {
        cut = await compile(program(length), cut && { shareStateWith: cut });
        if (from === 0) await cut.writeState(start);
        const { y } = await outputsOf(cut, 'predict', { x: steps(x, from, from + length) });
        parts.push(y as HostTensor);
        from += length;
      }
      const left = await (cut as Executable).readState(Object.keys(start).filter(isKept));
      return { atOnce: atOnce as HostTensor, inPieces: joined(parts), ...left };
    });
    const { atOnce, inPieces } = found as Record<'atOnce' | 'inPieces', HostTensor>;
    check.close('calls of 2, 3 and 1 steps', inPieces, atOnce);
  },
}));

const anew = models.map((data): CodedCase => ({
  name: `${data.name}, begins anew when the states are overwritten`,
  async run(subject, check) {
    const model = atLength(modelOf(data), TIME);
    const program = buildProgram(model, { batch: BATCH, entries: ['predict'] });
    const start = startOf(program, model, data, data.name);
    const kept = Object.fromEntries(Object.entries(start).filter(([name]) => isKept(name)));
    const x = noise([BATCH, TIME, 3], 32, -1.5, 1.5);
    const executable = await subject.compile(program);
    await executable.writeState(start);
    const predict = () => outputsOf(executable, 'predict', { x });
    const first = await predict();
    const between = await executable.readState(Object.keys(kept));
    const second = await predict();
    check.that(
      'the second call does not begin at zero',
      second['y']?.data.some((value, i) => value !== first['y']?.data[i]) === true,
    );
    await executable.writeState(zerosLike(kept));
    check.all('from zeros', await predict(), first);
    await executable.writeState(between);
    check.all('from what the first call left', await predict(), second);
  },
}));

const together: CodedCase = {
  name: 'predict, evaluate and trainStep go on where the other stopped',
  async run(subject, check) {
    const data = models[4] as ModelData;
    const model = atLength(modelOf(data), TIME);
    const program = buildProgram(model, {
      batch: BATCH,
      training: parseTraining({ loss: 'mse', optimizer: 'sgd', metrics: ['mae'] }),
      entries: ['predict', 'evaluate', 'trainStep'],
    });
    const start = startOf(program, model, data, 'together');
    const [x, targets] = [noise([BATCH, TIME, 3], 33), noise([BATCH, TIME, 2], 34)];
    await onBoth(subject, check, 'forward', async (compile) => {
      const executable = await compile(program);
      await executable.writeState(start);
      const all: Record<string, HostTensor> = {};
      for (const [place, entry] of ['predict', 'trainStep', 'evaluate', 'predict'].entries()) {
        const learningRate = entry === 'trainStep' ? { learningRate: scalar(0.1) } : {};
        const judged = entry === 'predict' ? {} : { targets, ...learningRate };
        const outputs = await outputsOf(executable, entry, { x, ...judged });
        for (const [name, tensor] of Object.entries(outputs))
          all[`call ${place + 1}, ${entry}: ${name}`] = tensor;
      }
      return { ...all, ...(await executable.readState()) };
    });
  },
};

/** Cases of stateful layers. */
export const statefulCases: readonly ConformanceCase[] = codedCases(
  { group: 'state', subject: 'stateful calls' },
  [...pieces, ...anew, together],
);
