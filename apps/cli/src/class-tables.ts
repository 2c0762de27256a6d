/** Tables of predicted classes. */
import type { ClassifyEvaluation, ClassScores, GenerateEvaluation } from '@chronograd/forecast';
import { formatNumber, table } from './tables.ts';

function scoresTable(title: string, scores: Readonly<Record<string, ClassScores>>): string {
  const rows = Object.entries(scores).map(([name, own]) => [
    name,
    ...[own.accuracy, own.balancedAccuracy, own.logLoss].map(formatNumber),
  ]);
  return table([title, 'accuracy', 'balanced accuracy', 'log loss'], rows);
}

/** How well next classes are told, by model and baselines. */
export function generateTable({ part, windows, short, steps, scores }: GenerateEvaluation): string {
  const left = short > 0 ? `; ${short} sequences left out, shorter than a window` : '';
  return [`${part}: ${steps} steps of ${windows} windows${left}`, scoresTable('next', scores)].join(
    '\n',
  );
}

/** How well categories are told, by model and baseline, and which is taken for which. */
export function classifyTable(judged: ClassifyEvaluation): string {
  const { part, sequences, scores, categories, confusion } = judged;
  const rows = confusion.map((row, k) => [categories[k] ?? '', ...row.map(String)]);
  return [
    `${part}: ${sequences} sequences`,
    scoresTable('category', scores),
    table(['is, told as', ...categories], rows),
  ].join('\n');
}
