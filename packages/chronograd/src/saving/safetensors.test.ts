import { describe, expect, it } from 'vitest';
import { SafetensorsError, readSafetensors, writeSafetensors } from './safetensors.ts';

/** A file from a header and elements. */
function file(header: unknown, body: readonly number[], length?: bigint): Uint8Array {
  const json = new TextEncoder().encode(
    typeof header === 'string' ? header : JSON.stringify(header),
  );
  const bytes = new Uint8Array(8 + json.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(body, 8 + json.length);
  return bytes;
}

const one = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };

describe('safetensors', () => {
  it('reads what it writes: every dtype, scalars, empty tensors, odd names, texts', () => {
    const tensors = {
      'lstm/kernel': {
        dtype: 'float32',
        shape: [2, 3],
        data: Float32Array.of(1, -2, 3.5, 4, 5, 6e-30),
      },
      step: { dtype: 'float32', shape: [], data: Float32Array.of(17) },
      flags: { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
      counts: { dtype: 'int32', shape: [2], data: Int32Array.of(-5, 2 ** 31 - 1) },
      words: { dtype: 'uint32', shape: [1], data: Uint32Array.of(2 ** 32 - 1) },
      none: { dtype: 'float32', shape: [0, 4], data: new Float32Array(0) },
      __proto__x: { dtype: 'float32', shape: [1], data: Float32Array.of(Number.NaN) },
    } as const;
    const read = readSafetensors(writeSafetensors(tensors, { made: 'here' }));
    expect(read).toEqual({ tensors, metadata: { made: 'here' } });
  });

  it('writes the bytes that the format describes', () => {
    const bytes = writeSafetensors({
      b: { dtype: 'float32', shape: [1], data: Float32Array.of(1) },
      a: { dtype: 'int32', shape: [2], data: Int32Array.of(1, -1) },
    });
    const header =
      '{"a":{"dtype":"I32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}';
    const length = Math.ceil(header.length / 8) * 8;
    expect([...bytes.slice(0, 8)]).toEqual([length, 0, 0, 0, 0, 0, 0, 0]);
    expect(new TextDecoder().decode(bytes.slice(8, 8 + length))).toBe(header.padEnd(length));
    expect([...bytes.slice(8 + length)]).toEqual([1, 0, 0, 0, 255, 255, 255, 255, 0, 0, 128, 63]);
  });

  it('reads elements that begin at any byte', () => {
    const bytes = file({ a: one }, [0, 0, 32, 65]);
    // Buffers are parts of a larger pool, and their slices are no copies.
    for (const given of [bytes, Buffer.from(bytes)]) {
      const { data } = readSafetensors(given).tensors.a ?? {};
      given.fill(0);
      expect(data).toEqual(Float32Array.of(10));
    }
  });

  it.each<[what: string, bytes: Uint8Array, message: string]>([
    ['fewer than eight bytes', Uint8Array.of(1, 2), 'file: expected at least 8 bytes, found 2'],
    ['a header beyond the end', file('{}', [], 90n), 'header: expected 90 bytes'],
    ['a huge header', file('{}', [], 2n ** 63n), 'at most 100000000 bytes'],
    ['a header that is no JSON', file('{"a":', []), 'header: expected JSON'],
    ['a header that is no object', file('[1]', []), 'header: expected a JSON object'],
    ['a header that is no UTF-8', Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 255), 'expected UTF-8'],
    ['an unknown dtype', file({ a: { ...one, dtype: 'F64' } }, [0, 0, 0, 0]), 'tensor "a"'],
    ['no dtype', file({ a: { shape: [1] } }, []), 'expected a dtype out of'],
    ['an entry that is none', file({ a: 5 }, []), 'tensor "a": expected dtype, shape'],
    ['a negative dimension', file({ a: { ...one, shape: [-1] } }, [0, 0, 0, 0]), 'none negative'],
    ['a fraction', file({ a: { ...one, shape: [0.5] } }, [0, 0, 0, 0]), 'whole numbers'],
    ['offsets that are none', file({ a: { ...one, data_offsets: [0] } }, []), '[start, end]'],
    ['elements cut off', file({ a: one }, [0, 0]), 'tensor "a": expected elements up to byte 4'],
    [
      'a shape of another size',
      file({ a: { ...one, shape: [2] } }, [0, 0, 0, 0]),
      'expected 8 bytes for F32 [2], found 4',
    ],
    [
      'a shape whose size overflows',
      file({ a: { ...one, shape: [2 ** 40, 2 ** 40] } }, [0, 0, 0, 0]),
      'tensor "a"',
    ],
    [
      'tensors that overlap',
      file(
        { a: { ...one, shape: [2], data_offsets: [0, 8] }, b: { ...one, data_offsets: [4, 8] } },
        [0, 0, 0, 0, 0, 0, 0, 0],
      ),
      'tensor "b": expected a start at byte 8, where the one before ends, found 4: they overlap',
    ],
    [
      'a hole',
      file({ a: { ...one, data_offsets: [4, 8] } }, [0, 0, 0, 0, 0, 0, 0, 0]),
      'there is a hole',
    ],
    [
      'bytes over',
      file({ a: one }, [0, 0, 0, 0, 9]),
      'file: expected 4 bytes of elements, found 5',
    ],
    ['texts that are none', file({ __metadata__: { a: 1 } }, []), '__metadata__'],
  ])('refuses %s', (_what, bytes, message) => {
    const read = (): unknown => readSafetensors(bytes);
    expect(read).toThrow(SafetensorsError);
    expect(read).toThrow(message);
  });
});
