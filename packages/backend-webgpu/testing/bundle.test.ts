import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { browserBundle } from './bundle.ts';

describe('the bundle of a user, for browsers', () => {
  it('has at most 350 kB when compressed, and imports nothing but tfjs', async () => {
    const { code, imports } = await browserBundle(
      `export * as chronograd from 'chronograd';
       export * as graph from '@chronograd/graph';
       export * as spec from '@chronograd/spec';
       export * as webgpu from '../src/index.ts';`,
      { minify: true, external: ['@tensorflow/*'] },
    );
    expect(gzipSync(code).length).toBeLessThan(350_000);
    expect(imports.filter((each) => !each.startsWith('@tensorflow/'))).toEqual([]);
    // Nor what bundlers leave of Node: modules that are asked for by name, or its globals.
    expect(code).not.toMatch(/["']node:|\bprocess\.|\b__dirname\b|\bBuffer\b/);
  });

  it('is refused where anything needs Node', async () => {
    const text = "import { readFile } from 'node:fs'; console.log(readFile);";
    await expect(browserBundle(text)).rejects.toThrow('node:fs');
  });
});
