/**
 * What a backend is: something that compiles a program to its engine's native form and runs it,
 * keeping the program's state in the engine. Small on purpose; an implementation elsewhere is a
 * package like ours, made by a factory, registered nowhere.
 */
import type { DType, Program, Shape, TensorType } from '@chronograd/graph';

/** Typed arrays by element type; `bool` is one byte, 0 or 1. */
export interface HostArrays {
  readonly float32: Float32Array;
  readonly int32: Int32Array;
  readonly uint32: Uint32Array;
  readonly bool: Uint8Array;
}

/** A tensor in JavaScript memory, row by row. */
export interface HostTensor<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: Shape;
  readonly data: HostArrays[D];
}

/** Tensors by name. */
export type Feeds = Readonly<Record<string, HostTensor>>;

/** A result that may still be on the device. */
export interface ResultTensor {
  readonly type: TensorType;
  /** Waits for the value and copies it to JavaScript memory; may be called more than once. */
  data(): Promise<HostTensor>;
}

/** Results by name. */
export type Results = Readonly<Record<string, ResultTensor>>;

/** How a composite was compiled. */
export type Realisation = 'fused' | 'expanded' | 'unrolled' | 'looped';

/** One composite or scan of an entry, and what became of it. */
export interface CompiledPart {
  /** `lstm`, `adam`, `scan`, … */
  readonly name: string;
  readonly pass: 'forward' | 'backward';
  readonly realisation: Realisation;
  /** Why this one, in a few words. */
  readonly reason: string;
  /** How many of them. */
  readonly count: number;
}

/** What a program was compiled to: nothing falls back silently. */
export interface CompileReport {
  readonly backend: string;
  /** Engine and version, e.g. `onnxruntime-node 1.30.0`. */
  readonly engine: string;
  /** `cpu`, `cuda:0`, … */
  readonly device: string;
  /** Why this device, e.g. why CUDA was not taken. */
  readonly deviceReason: string;
  /** `float32` (differences of about 1e-7), or a named profile such as `tf32`; `float64`. */
  readonly precision: string;
  /** Per entry: number of native nodes or kernels, milliseconds to compile, parts. */
  readonly entries: Readonly<
    Record<
      string,
      {
        readonly nodes: number;
        readonly compileMilliseconds: number;
        readonly parts: readonly CompiledPart[];
      }
    >
  >;
}

/** What a backend can do; what is left out is taken for absent. */
export interface Capabilities {
  /** Composites that it has kernels for, forward and backward separately. */
  readonly composites: Readonly<
    Record<string, { readonly forward: boolean; readonly backward: boolean }>
  >;
  /** Element types that it computes with. */
  readonly dtypes: readonly DType[];
  /** Bound on the relative error of a forward pass or gradient, in norm. */
  readonly tolerance: number;
  /** Whether {@link Executable.runSteps} takes several steps in one call to the engine. */
  readonly severalStepsPerCall: boolean;
}

/** Options of {@link Backend.compile}. */
export interface CompileOptions {
  /**
   * Keep the state of this executable (of the same backend) rather than a new one: tensors that
   * both programs name are one and the same, and the types must agree. New names start at zero.
   */
  readonly shareStateWith?: Executable;
}

/** A compiled program with its state. State starts at zero until written. */
export interface Executable {
  readonly report: CompileReport;
  /**
   * Runs an entry once. Calls are executed in the order in which they were made.
   * @throws {@link BackendError} for a feed that is missing, unknown or of another type.
   */
  run(entry: string, feeds: Feeds): Promise<Results>;
  /**
   * Runs an entry once for each of the feeds, in order; the same as that many calls of
   * {@link run}, in as few calls to the engine as it can. All feeds are checked before the first
   * step is run.
   * @throws {@link BackendError} for a feed that {@link run} would refuse; then no step was taken.
   */
  runSteps(entry: string, feeds: readonly Feeds[]): Promise<readonly Results[]>;
  /** Copies of state tensors (of all, unless named). */
  readState(names?: readonly string[]): Promise<Readonly<Record<string, HostTensor>>>;
  /** Replaces state tensors: all of those given, or none if one does not fit. */
  writeState(values: Feeds): Promise<void>;
  /** Frees what the engine holds; state that another executable shares stays. */
  dispose(): Promise<void>;
}

/** An engine under the contract. */
export interface Backend {
  /** An open string, e.g. `onnx-cuda`. */
  readonly id: string;
  capabilities(): Capabilities;
  /** @throws {@link BackendError} where the engine is not there or refuses the program. */
  compile(program: Program, options?: CompileOptions): Promise<Executable>;
  dispose(): Promise<void>;
}
