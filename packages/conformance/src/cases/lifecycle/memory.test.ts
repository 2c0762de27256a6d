import type { Backend } from '@chronograd/backend';
import { referenceBackend } from '@chronograd/backend-reference';
import { describe, expect, it } from 'vitest';
import { openSuite } from '../../conformance.ts';
import { memoryCases } from './memory.ts';

/** A backend that keeps this many bytes of each executable for good. */
function leaking(bytes: number): Backend {
  const backend = referenceBackend();
  const kept: Uint8Array[] = [];
  return {
    ...backend,
    compile(program, options) {
      kept.push(new Uint8Array(bytes).fill(kept.length));
      return backend.compile(program, options);
    },
  };
}

describe('cases of memory', () => {
  it.each([
    ['100 compiles, runs', 64_000],
    ['1000 compiles, runs', 16_000],
    ['300 compiles that share', 32_000],
  ])('find in %s %d bytes that each leaves', async (filter, bytes) => {
    const { cases } = openSuite({ backend: leaking(bytes), filter }, memoryCases);
    expect(cases).toHaveLength(1);
    await expect(cases[0]?.run()).rejects.toThrow('heap memory grows by at most');
  });
});
