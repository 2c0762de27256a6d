/**
 * Golden files: what Keras and PyTorch give in float64, written by the scripts in tools/oracle. They
 * are the second oracle, which knows nothing of the first.
 */
import { float64, type Tensor64, type Tensors64 } from '@chronograd/backend-reference';
import type { Func } from '@chronograd/graph';
import type { Row } from '../case.ts';
import { programOf } from '../kinds/func.ts';
import type { Expectation, Labels, Script } from '../kinds/script.ts';
import type { ToleranceClass } from '../tolerances.ts';

/** A tensor in a golden file, row by row. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Tensors in a golden file, by name. */
export type GoldenTensors = Readonly<Record<string, GoldenTensor>>;

/** What a golden stands for: calls, and what must come of them. */
export interface GoldenRun {
  readonly script: Script;
  readonly expected: readonly Expectation[];
  readonly labels?: Labels;
}

/** One case of a golden file. */
export interface Golden {
  readonly row: Row;
  /** As in the file; the last part of the case's name after `Keras: `. */
  readonly name: string;
  /** Writes the program. */
  build(): GoldenRun;
  /**
   * Why float32 cannot be held to it, if so: its inputs, rounded, are inputs of another result. The
   * interpreter is held to it all the same.
   */
  readonly only64?: string;
  /** By how much the interpreter may differ from it, in norm. Default 1e-12. */
  readonly bound64?: number;
}

/** The cases of a golden file, whose form the script that wrote it decides. */
export function casesOf<C>(file: unknown): readonly C[] {
  return (file as { readonly cases: readonly C[] }).cases;
}

/** A golden tensor in double precision. */
export function toTensor({ shape, data }: GoldenTensor): Tensor64 {
  return float64(shape, data);
}

/** A golden tensor of classes. */
export function toClasses({ shape, data }: GoldenTensor): Tensor64 {
  return { dtype: 'int32', shape, data: Int32Array.from(data) };
}

/** A golden tensor of truths. */
export function toBools({ shape, data }: GoldenTensor): Tensor64 {
  return { dtype: 'bool', shape, data: Uint8Array.from(data) };
}

/** A golden tensor as it is compared. */
export function expectedOf(tensor: GoldenTensor): Expectation['outputs'][string] {
  return { dtype: 'float32', ...tensor };
}

/** Several golden tensors as they are compared. */
export function allExpected(tensors: GoldenTensors): Expectation['outputs'] {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, expectedOf(tensor)]),
  );
}

/**
 * A run of one function.
 * @param outputs what its outputs must be, in their order, by what they are called in messages
 */
export function funcRun(
  func: Func,
  inputs: readonly Tensor64[],
  outputs: readonly (readonly [label: string, tensor: GoldenTensor])[],
  tolerance: ToleranceClass = 'forward',
): GoldenRun {
  const feeds: Tensors64 = Object.fromEntries(inputs.map((tensor, i) => [`x${i}`, tensor]));
  const wanted = outputs.map(([, tensor], i) => [`y${i}`, expectedOf(tensor)]);
  return {
    script: { program: programOf(func), state: {}, calls: [{ entry: 'f', feeds }] },
    expected: [
      {
        call: 0,
        outputs: Object.fromEntries(wanted) as Expectation['outputs'],
        state: {},
        tolerance: { outputs: tolerance, state: tolerance },
      },
    ],
    labels: Object.fromEntries(outputs.map(([label], i) => [`y${i}`, label])),
  };
}
