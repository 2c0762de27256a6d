/**
 * The safetensors format (https://huggingface.co/docs/safetensors): eight bytes with the length N
 * of the header (unsigned, little-endian), N bytes of JSON that say of each tensor its dtype, shape
 * and place, then the elements, row by row, little-endian. Everything is checked on reading, so
 * that no file makes us read outside of it or allocate what it does not hold.
 */
import type { HostTensor } from '@chronograd/backend';
import { sizeOf, type DType } from '@chronograd/graph';

/** Bound on the header that the format's own library sets, in bytes. */
const MAX_HEADER = 100_000_000;

/** Each element type of ours and its name in the format. */
const NAMES: Readonly<Record<DType, string>> = {
  float32: 'F32',
  int32: 'I32',
  uint32: 'U32',
  bool: 'BOOL',
};
const DTYPES = new Map(Object.entries(NAMES).map(([dtype, name]) => [name, dtype as DType]));

/** Bytes that are not a safetensors file: what was expected and what was found. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';

  constructor(
    /** Header, tensor or part at fault. */
    readonly subject: string,
    readonly expected: string,
    readonly found: string,
  ) {
    super(`${subject}: expected ${expected}, found ${found}`);
  }
}

/** Tensors and texts of a file. */
export interface SafetensorsContent {
  readonly tensors: Readonly<Record<string, HostTensor>>;
  /** Texts by name, the header's `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes of a file with these tensors, in the order of their names. */
export function writeSafetensors(
  tensors: Readonly<Record<string, HostTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  const names = Object.keys(tensors).sort();
  let offset = 0;
  for (const name of names) {
    const { dtype, shape, data } = tensors[name] as HostTensor;
    header[name] = {
      dtype: NAMES[dtype],
      shape,
      data_offsets: [offset, offset + data.byteLength],
    };
    offset += data.byteLength;
  }
  // Elements begin at a multiple of eight bytes: the format pads its header with spaces.
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + offset).fill(0x20, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  let at = 8 + length;
  for (const name of names) {
    const { data } = tensors[name] as HostTensor;
    bytes.set(littleEndian(data), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * The tensors of a file.
 * @throws {@link SafetensorsError} for bytes that are not exactly such a file: truncated, with
 * bytes over, with tensors that overlap or leave holes, of dtypes that we do not have.
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsContent {
  const header = readHeader(bytes);
  const body = bytes.subarray(8 + header.length);
  const tensors: Record<string, HostTensor> = {};
  let metadata: Readonly<Record<string, string>> = {};
  const spans: { readonly name: string; readonly start: number; readonly end: number }[] = [];
  for (const [name, value] of Object.entries(header.json)) {
    if (name === '__metadata__') {
      metadata = readMetadata(value);
      continue;
    }
    const { dtype, shape, start, end } = readEntry(name, value, body.length);
    spans.push({ name, start, end });
    // A copy, which begins where a typed array may; a Buffer's slice would be no copy.
    Object.defineProperty(tensors, name, {
      value: { dtype, shape, data: elements(dtype, new Uint8Array(body.subarray(start, end))) },
      enumerable: true,
    });
  }
  checkSpans(spans, body.length);
  return { tensors, metadata };
}

function readHeader(bytes: Uint8Array): {
  readonly length: number;
  readonly json: Readonly<Record<string, unknown>>;
} {
  if (bytes.length < 8)
    throw new SafetensorsError('file', 'at least 8 bytes', `${bytes.length}: it is truncated`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER))
    throw new SafetensorsError('header', `at most ${MAX_HEADER} bytes`, `a length of ${length}`);
  if (length > BigInt(bytes.length - 8))
    throw new SafetensorsError(
      'header',
      `${length} bytes, as its length says`,
      `${bytes.length - 8}: the file is truncated`,
    );
  const text = decode(bytes.subarray(8, 8 + Number(length)));
  const json = parse(text);
  if (!isRecord(json))
    throw new SafetensorsError('header', 'a JSON object', text.slice(0, 40) || 'nothing');
  return { length: Number(length), json };
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new SafetensorsError('header', 'UTF-8', 'bytes that are not');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new SafetensorsError('header', 'JSON', cause.message);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readMetadata(value: unknown): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  const entries = isRecord(value) ? Object.entries(value) : undefined;
  for (const [key, text] of entries ?? []) if (typeof text === 'string') texts[key] = text;
  if (entries?.length !== Object.keys(texts).length)
    throw new SafetensorsError('__metadata__', 'texts by name', JSON.stringify(value).slice(0, 60));
  return texts;
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function readEntry(
  name: string,
  value: unknown,
  available: number,
): {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
} {
  const subject = `tensor "${name}"`;
  const found = JSON.stringify(value).slice(0, 80);
  if (!isRecord(value)) throw new SafetensorsError(subject, 'dtype, shape and data_offsets', found);
  const dtype = typeof value.dtype === 'string' ? DTYPES.get(value.dtype) : undefined;
  if (dtype === undefined)
    throw new SafetensorsError(
      subject,
      `a dtype out of ${[...DTYPES.keys()].join(', ')}`,
      JSON.stringify(value.dtype) ?? 'none',
    );
  const shape: unknown = value.shape;
  if (!Array.isArray(shape) || !shape.every(isSize))
    throw new SafetensorsError(subject, 'a shape of whole numbers, none negative', found);
  const offsets: unknown = value.data_offsets;
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize))
    throw new SafetensorsError(subject, 'data_offsets [start, end]', found);
  const [start, end] = offsets as [number, number];
  if (end > available)
    throw new SafetensorsError(
      subject,
      `elements up to byte ${end}`,
      `${available} bytes: the file is truncated`,
    );
  const bytes = sizeOf(shape) * (dtype === 'bool' ? 1 : 4);
  if (end - start !== bytes)
    throw new SafetensorsError(
      subject,
      `${bytes} bytes for ${value.dtype as string} [${shape.join(', ')}]`,
      `${end - start}`,
    );
  return { dtype, shape, start, end };
}

/** Tensors follow each other without a hole, and the file ends with the last. */
function checkSpans(
  spans: { readonly name: string; readonly start: number; readonly end: number }[],
  available: number,
): void {
  let end = 0;
  for (const span of spans.sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (span.start !== end)
      throw new SafetensorsError(
        `tensor "${span.name}"`,
        `a start at byte ${end}, where the one before ends`,
        `${span.start}: ${span.start < end ? 'they overlap' : 'there is a hole'}`,
      );
    end = span.end;
  }
  if (end !== available)
    throw new SafetensorsError('file', `${end} bytes of elements`, `${available}`);
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** The bytes of a typed array in little-endian order. */
function littleEndian(data: HostTensor['data']): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return IS_LITTLE_ENDIAN || data.BYTES_PER_ELEMENT === 1 ? bytes : swapped(bytes);
}

/** Groups of four bytes in the other order. */
function swapped(bytes: Uint8Array): Uint8Array {
  const result = Uint8Array.from(bytes);
  for (let i = 0; i < result.length; i += 4) result.subarray(i, i + 4).reverse();
  return result;
}

/** The typed array of `bytes`, which this function may keep. */
function elements(dtype: DType, bytes: Uint8Array): HostTensor['data'] {
  if (dtype === 'bool') return bytes;
  const { buffer } = IS_LITTLE_ENDIAN ? bytes : swapped(bytes);
  if (dtype === 'float32') return new Float32Array(buffer);
  return dtype === 'int32' ? new Int32Array(buffer) : new Uint32Array(buffer);
}
