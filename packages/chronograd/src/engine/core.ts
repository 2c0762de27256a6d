/** What the parts of a model work with. */
import type { Backend } from '@chronograd/backend';
import type { ResolvedModel, TrainingSpec } from '@chronograd/spec';
import type { JudgedOutput } from '../data/dataset.ts';
import type { MovingPosition } from '../training/runner.ts';
import type { Programs } from './programs.ts';
import type { ModelState } from './state.ts';

/** The insides of a model. */
export interface Core {
  readonly model: ResolvedModel;
  readonly training: TrainingSpec | undefined;
  readonly judged: readonly JudgedOutput[];
  readonly backend: Backend;
  readonly state: ModelState;
  readonly programs: Programs;
  readonly seed: number;
  readonly position: MovingPosition;
}
