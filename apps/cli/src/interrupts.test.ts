import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { onInterrupt } from './interrupts.ts';

it('takes signals at once for one Ctrl-C, and ends at a later one', () => {
  const source = new EventEmitter();
  const done: string[] = [];
  let time = 1000;
  const actions = { stop: () => done.push('stop'), end: () => done.push('end') };
  onInterrupt(source, actions, () => time);
  source.emit('SIGINT');
  time = 1400;
  source.emit('SIGINT');
  expect(done).toEqual(['stop']);
  time = 1600;
  source.emit('SIGINT');
  expect(done).toEqual(['stop', 'end']);
});
