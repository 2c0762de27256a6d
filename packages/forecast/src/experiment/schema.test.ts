import { read } from '@chronograd/spec/codec';
import { Ajv } from 'ajv';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { experimentCodec, experimentSchema } from './experiment.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const examples = new URL('../../../../examples/', import.meta.url);
const documents = readdirSync(examples, { recursive: true, withFileTypes: true })
  .filter(({ name }) => name.endsWith('.json'))
  .map(({ parentPath, name }): [string, Json] => {
    const path = `${parentPath}/${name}`;
    return [path.slice(fileURLToPath(examples).length), JSON.parse(readFileSync(path, 'utf8'))];
  });

/** One of each folder: others of it differ in little. */
const kinds = documents.filter(
  ([name], i) => documents.findIndex(([other]) => folderOf(other) === folderOf(name)) === i,
);

function folderOf(name: string): string {
  return name.split('/')[0] ?? '';
}

const accepts = new Ajv({ strictSchema: true, strictTypes: true }).compile(experimentSchema);

/** What a codec says of how values stand to each other, which JSON Schema cannot. */
const betweenValues =
  /once|alone|above the one before|the level 0\.5|unique|stands? before|no other layer|for the task|at least "from"|not from|another path|of 1 together/;

/** Whether the codec accepts a document, rules between values apart. */
function codecAccepts(document: Json): boolean {
  const reading = read(experimentCodec, document);
  return reading.ok || reading.issues.every(({ expected }) => betweenValues.test(expected));
}

const junk: readonly Json[] = [null, true, '', 'text', -1, 0.5, 3, [], [1], {}, { type: 'none' }];

/** Documents that differ from one in a single place: a key less, a key more, another value. */
function* spoiled(value: Json): Generator<Json> {
  for (const other of junk) yield other;
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    for (const [i, item] of items.entries()) {
      yield items.filter((_, j) => j !== i);
      for (const other of spoiled(item)) yield items.with(i, other);
    }
  } else if (typeof value === 'object' && value !== null) {
    const object = value as { readonly [key: string]: Json };
    yield { ...object, extra: 1 };
    for (const [key, own] of Object.entries(object)) {
      const { [key]: _, ...rest } = object;
      yield rest;
      for (const other of spoiled(own)) yield { ...rest, [key]: other };
    }
  }
}

describe('the JSON Schema of an experiment', () => {
  it.each(documents)('accepts examples/%s, as the codec does', (_, document) => {
    expect(codecAccepts(document)).toBe(true);
    expect(accepts(document), JSON.stringify(accepts.errors)).toBe(true);
  });

  it.each(kinds)('judges examples/%s as the codec does, whatever is wrong', (_, document) => {
    let refused = 0;
    for (const other of spoiled(document)) {
      const verdict = accepts(other);
      if (verdict !== codecAccepts(other)) expect(other).toBe(verdict ? 'refused' : 'accepted');
      if (!verdict) refused++;
    }
    expect(refused).toBeGreaterThan(100);
  });

  it('knows steps and zones', () => {
    const [, ridership] = documents.find(([name]) => name.includes('ridership')) ?? [];
    const { data, ...rest } = ridership as Record<string, Record<string, Json>>;
    const timed = (more: object): Json =>
      ({ ...rest, data: { ...data, time: { column: 'day', ...more } } }) as Json;
    const verdicts = (more: object) => [accepts(timed(more)), codecAccepts(timed(more))];
    for (const good of [
      { step: { every: 15, unit: 'minute' } },
      { step: 'quarter', zone: 'Europe/Berlin' },
      { zone: 'Etc/GMT+5' },
    ])
      expect(verdicts(good)).toEqual([true, true]);
    for (const bad of [
      { step: { every: 0, unit: 'minute' } },
      { step: { every: 15 } },
      { step: 'fortnight' },
      { zone: '+02:00' },
    ])
      expect(verdicts(bad)).toEqual([false, false]);
  });
});
