import { describe, expect, it } from 'vitest';
import { parseReply, ProtocolError } from './protocol.ts';

describe('parseReply', () => {
  it('reads the three replies', () => {
    expect(parseReply('{"event":"ready","versions":{"torch":"2.13.0"}}')).toEqual({
      event: 'ready',
      versions: { torch: '2.13.0' },
      notes: [],
    });
    expect(parseReply('{"event":"absent","reason":"no module jax"}')).toEqual({
      event: 'absent',
      reason: 'no module jax',
    });
    expect(
      parseReply('{"event":"ran","milliseconds":[1.5],"cpuMilliseconds":2,"losses":[0.25,0.2]}'),
    ).toEqual({ event: 'ran', milliseconds: [1.5], cpuMilliseconds: 2, losses: [0.25, 0.2] });
  });

  it('keeps what compiling took', () => {
    const compile = { buildMilliseconds: 12, compileMilliseconds: 150, nodes: 1543 };
    const line = JSON.stringify({ event: 'ready', versions: {}, notes: ['cpu'], compile });
    expect(parseReply(line)).toMatchObject({ notes: ['cpu'], compile });
  });

  it("reads a diverged loss: Python's NaN and Infinity, Node's null", () => {
    const line =
      '{"event":"ran","milliseconds":[1],"cpuMilliseconds":1,"losses":[NaN,-Infinity,null]}';
    expect(parseReply(line)).toMatchObject({ losses: [Number.NaN, Number.NaN, Number.NaN] });
  });

  it.each([
    ['Hi there', 'a line of JSON', 'Hi there'],
    ['[1]', 'an object', '[1]'],
    ['{"event":"stopped"}', "an event 'ready', 'absent' or 'ran'", 'stopped'],
    ['{"event":"ready","versions":{"torch":2}}', 'versions.torch: text', '2'],
    ['{"event":"ran","milliseconds":["1"]}', 'milliseconds: numbers', '"1"'],
    ['{"event":"ran","milliseconds":[1],"losses":[1]}', 'cpuMilliseconds: a number', 'undefined'],
  ])('refuses %s', (line, expected, found) => {
    expect(() => parseReply(line)).toThrow(ProtocolError);
    expect(() => parseReply(line)).toThrow(`expected ${expected}, found`);
    expect(() => parseReply(line)).toThrow(found);
  });
});
