import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from './testing/workplace.ts';

const folder = join(import.meta.dirname, '../../../examples');
const documents = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.json'),
);

let place: Workplace;
beforeAll(async () => {
  place = await Workplace.make();
});
afterAll(() => place.remove());

describe('the examples', () => {
  it.each(documents)('%s is an experiment', async (path) => {
    const { status, out, err } = await place.run(['validate', join(folder, path), '--no-data']);
    expect(err).toBe('');
    expect(out).toContain('a valid experiment');
    expect(status).toBe(0);
  });
});
