/** The reports of experiments on sequences. */
import {
  describeSequences,
  type ClassifyEvaluation,
  type GenerateEvaluation,
  type PreparedClassification,
  type PreparedGeneration,
} from '@chronograd/forecast';
import {
  commonFacts,
  modelSections,
  section,
  textOf,
  trainingSection,
  type Report,
  type ReportOptions,
  type TrainedExperiment,
} from './report.ts';
import { classificationTables, generationTables, type DataTable } from './tables.ts';

/**
 * The report of a trained generation: how well next classes are told, beside the baselines, and
 * losses.
 *
 * @param trained the experiment
 * @param evaluations how good it is on parts of its data
 * @param options what is shown
 */
export function generationReport(
  trained: TrainedExperiment<PreparedGeneration>,
  evaluations: readonly GenerateEvaluation[],
  options: ReportOptions = {},
): Report {
  const tables = evaluations.flatMap((own) => generationTables(own));
  return sequencesReport(trained, 'Goes on with sequences', tables, options);
}

/**
 * The report of a trained classification: how well categories are told, beside the baseline, which
 * is taken for which, and losses.
 *
 * @param trained the experiment
 * @param evaluations how good it is on parts of its data
 * @param options what is shown
 */
export function classificationReport(
  trained: TrainedExperiment<PreparedClassification>,
  evaluations: readonly ClassifyEvaluation[],
  options: ReportOptions = {},
): Report {
  const tables = evaluations.flatMap((own) => classificationTables(own));
  return sequencesReport(trained, 'Tells what sequences are', tables, options);
}

function sequencesReport(
  trained: TrainedExperiment<PreparedGeneration | PreparedClassification>,
  subtitle: string,
  tables: readonly DataTable[],
  { notes = [] }: ReportOptions,
): Report {
  const { prepared, model, history } = trained;
  const { spec, parts } = prepared;
  return {
    title: spec.name,
    subtitle,
    facts: commonFacts(spec, [['sequences', describeSequences(parts)]], trained),
    sections: [
      section('Scores', { tables, ...textOf(notes) }),
      trainingSection(history),
      ...modelSections(model, spec),
    ],
  };
}
