/** What comes next in sequences, or what they are. */
import {
  classifySequences,
  generateSequence,
  loadClassification,
  loadGeneration,
  partOf,
  type PartName,
} from '@chronograd/forecast';
import { formatNumber } from '@chronograd/report';
import { withBackend, type BackendOption } from '../engine.ts';
import { show, type Io } from '../io.ts';
import { table } from '../tables.ts';
import { sequencePart } from '../tasks.ts';

/** Options of {@link predictSequences}. */
export interface PredictSequencesOptions extends BackendOption {
  readonly task: 'generate' | 'classify';
  /** Default: test, else validation. */
  readonly part?: PartName;
  /** Sequences in place of those of the training. */
  readonly file?: string;
}

/**
 * Tells the probabilities of each category of the sequences of a part, or the likeliest row after
 * them.
 */
export async function predictSequences(
  io: Io,
  run: string,
  { backend: id, task, part, file }: PredictSequencesOptions,
): Promise<void> {
  await withBackend(id, async (backend) => {
    const options = { backend, ...(file !== undefined && { file }) };
    if (task === 'classify') {
      const { prepared, model } = await loadClassification(run, options);
      const chosen = chosenPart(prepared.spec.data.split, part);
      const told = await classifySequences(prepared, model, partOf(prepared.parts, chosen));
      show(io, told, () =>
        table(
          ['sequence', 'category', ...prepared.design.categories],
          told.map(({ id: name, predicted, probabilities }) => [
            name,
            predicted,
            ...Object.values(probabilities).map(formatNumber),
          ]),
        ),
      );
      return;
    }
    const { prepared, model } = await loadGeneration(run, options);
    const chosen = chosenPart(prepared.spec.data.split, part);
    const next: { readonly id: string; readonly row: readonly number[] }[] = [];
    for (const prime of partOf(prepared.parts, chosen)) {
      const { rows } = await generateSequence(prepared, model, { prime, steps: 1, temperature: 0 });
      next.push({ id: prime.id, row: rows.at(-1) ?? [] });
    }
    const { columns } = prepared.design;
    const named = ({ id: name, row }: (typeof next)[number]) => ({
      id: name,
      next: Object.fromEntries(columns.map((column, k) => [column, row[k]])),
    });
    show(io, next.map(named), () =>
      table(
        ['after', ...columns],
        next.map(({ id: name, row }) => [name, ...row.map(String)]),
      ),
    );
  });
}

function chosenPart(split: { readonly test?: unknown }, part: PartName | undefined) {
  return sequencePart(part ?? (split.test === undefined ? 'validation' : 'test'));
}
