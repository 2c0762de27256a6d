import type { CompileReport } from '@chronograd/backend';
import { buildProgram } from '@chronograd/graph';
import { parseModel, parseTraining, resolveModel, type LayerDocument } from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import { onnxBackend } from '../backend.ts';

/** What the layers, after an input `[7, 2]`, are compiled to. */
async function reportOf(
  layers: readonly LayerDocument[],
  entries: readonly ('predict' | 'trainStep' | 'stream')[],
  unrollLimit?: number,
): Promise<CompileReport> {
  const model = resolveModel(
    parseModel({
      formatVersion: 1,
      name: 'model',
      layers: [{ type: 'input', shape: [7, 2] }, ...layers],
    }),
  );
  const training = parseTraining({ formatVersion: 1, loss: 'mse', optimizer: 'adam' });
  const program = buildProgram(model, { batch: 3, training, entries });
  const codegen = unrollLimit === undefined ? {} : { codegen: { unrollLimit } };
  const executable = await onnxBackend({ device: 'cpu', ...codegen }).compile(program);
  return executable.report;
}

const partsOf = ({ entries }: CompileReport, entry: string): string[] =>
  (entries[entry]?.parts ?? []).map(({ name, pass, realisation, count }) =>
    [name, pass, realisation, count].join(' '),
  );

describe('report', () => {
  const lstm: LayerDocument[] = [
    { type: 'lstm', units: 5 },
    { type: 'dense', units: 2 },
  ];

  it('says which composites are operators and which scans are unrolled', async () => {
    const report = await reportOf(lstm, ['predict', 'trainStep', 'stream'], 1000);
    expect(partsOf(report, 'predict')).toContain('lstm forward fused 1');
    expect(partsOf(report, 'trainStep')).toContain('scan backward unrolled 1');
    expect(partsOf(report, 'stream')).toContain('scan forward unrolled 1');
    const gru = await reportOf([{ type: 'gru', units: 5 }], ['predict']);
    expect(partsOf(gru, 'predict')).toContain('gru forward fused 1');
  });

  it('says which scans are loops', async () => {
    const report = await reportOf(lstm, ['trainStep'], 0);
    expect(partsOf(report, 'trainStep').join()).toContain('looped');
  });
});
