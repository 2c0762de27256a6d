/** A process in which one backend is measured, so that its memory is its own. */
import { BackendError } from '@chronograd/backend';
import { failureOf } from '../failures.ts';
import { measure, type MeasureOptions, type Measurement } from './measure.ts';

/** What the process answers: a measurement, or why there is none. */
export type Answer =
  | { readonly measured: Measurement }
  | {
      readonly missing: boolean;
      readonly message: string;
      readonly exitCode: number;
    };

async function answer(options: MeasureOptions): Promise<Answer> {
  try {
    return { measured: await measure(options) };
  } catch (error) {
    const missing = error instanceof BackendError && error.code === 'engine-missing';
    return { missing, ...failureOf(error) };
  }
}

process.once('message', (options: MeasureOptions) => {
  void answer(options).then((told) => {
    process.send?.(told, () => {
      // Engines keep threads that would hold the process.
      process.exit();
    });
  });
});
// Whoever asked is gone, as after Ctrl-C.
process.once('disconnect', () => process.exit());
