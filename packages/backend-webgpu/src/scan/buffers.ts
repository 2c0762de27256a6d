/** Where the operands of a scan lie in the buffers that the kernel binds. */
import { sizeOf, type DType, type TensorType } from '@chronograd/graph';
import { literal, wgslType } from '../wgsl/elementwise.ts';
import type { Term } from './block.ts';

/** A tensor's place: a buffer, and how many elements (of 4 bytes) into it. */
export interface Place {
  readonly buffer: number;
  readonly offset: number;
}

/** How a scan's operands lie in buffers. A bool is a u32, 0 or 1. */
export interface Placement {
  /** In the order of their bindings. */
  readonly buffers: readonly { readonly writes: boolean }[];
  /** Of each input and each output of the scan. */
  readonly inputs: readonly Place[];
  readonly outputs: readonly Place[];
}

/** Elements between the places of two tensors in one buffer: WebGPU's 256 bytes. */
export const ALIGNMENT = 64;

/** Most storage buffers of a kernel: WebGPU's default limit for a stage. */
const MAX_BUFFERS = 8;

/**
 * A placement that keeps to the limit: all outputs lie in one buffer; each input has its own, as
 * long as there are not more than 7, which otherwise lie in one.
 */
export function placeScan(
  inputs: readonly TensorType[],
  outputs: readonly TensorType[],
): Placement {
  const apart = inputs.length < MAX_BUFFERS;
  const inputBuffers = apart ? inputs.length : 1;
  const pack = (types: readonly TensorType[], buffer: number): Place[] => {
    let end = 0;
    return types.map(({ shape }) => {
      const offset = end;
      end += Math.ceil(sizeOf(shape) / ALIGNMENT) * ALIGNMENT;
      return { buffer, offset };
    });
  };
  return {
    buffers: Array.from({ length: inputBuffers + 1 }, (_, i) => ({ writes: i === inputBuffers })),
    inputs: apart ? inputs.map((_, buffer) => ({ buffer, offset: 0 })) : pack(inputs, 0),
    outputs: pack(outputs, inputBuffers),
  };
}

/** The buffers of a kernel in WGSL: their declarations, and how their elements are read. */
export class Buffers {
  readonly #placement: Placement;
  readonly #elements: readonly (DType | 'words')[];

  constructor(placement: Placement, inputs: readonly TensorType[], outputs: readonly TensorType[]) {
    this.#placement = placement;
    const dtypes = placement.buffers.map(() => new Set<DType>());
    placement.inputs.forEach((place, i) =>
      dtypes[place.buffer]?.add((inputs[i] as TensorType).dtype),
    );
    placement.outputs.forEach((place, i) =>
      dtypes[place.buffer]?.add((outputs[i] as TensorType).dtype),
    );
    // Floats of a mixed buffer are bits: integers as floats could be flushed to zero.
    this.#elements = dtypes.map((found) => (found.size === 1 ? ([...found][0] as DType) : 'words'));
  }

  declarations(): string[] {
    return this.#placement.buffers.map(({ writes }, i) => {
      const element = this.#elements[i] ?? 'words';
      const type = element === 'words' || element === 'bool' ? 'u32' : wgslType(element, 1);
      const access = writes ? 'read_write' : 'read';
      return `@group(0) @binding(${i}) var<storage, ${access}> buffer${i}: array<${type}>;`;
    });
  }

  /** An element of a place, as a scalar of its type. */
  load(place: Place, at: string, dtype: DType): string {
    const element = this.#element(place, at);
    if (dtype === 'bool') return `(${element} != 0u)`;
    return this.#elements[place.buffer] === 'words' && dtype !== 'uint32'
      ? `bitcast<${wgslType(dtype, 1)}>(${element})`
      : element;
  }

  /** The statement that stores a scalar. */
  store(place: Place, at: string, dtype: DType, value: string): string {
    const isWords = this.#elements[place.buffer] === 'words';
    const bits =
      dtype === 'bool'
        ? `select(0u, 1u, ${value})`
        : isWords && dtype !== 'uint32'
          ? `bitcast<u32>(${value})`
          : value;
    return `${this.#element(place, at)} = ${bits};`;
  }

  #element({ buffer, offset }: Place, at: string): string {
    return `buffer${buffer}[${offset === 0 ? at : `${offset}u + ${at}`}]`;
  }
}

/** A term with as many lanes as asked for. */
export function widen(term: Term, dtype: DType, lanes: number): string {
  return term.lanes || lanes === 1 ? term.text : `${wgslType(dtype, lanes)}(${term.text})`;
}

/** Zero of a type, or false. */
export function zero(dtype: DType): string {
  return literal(0, dtype);
}
