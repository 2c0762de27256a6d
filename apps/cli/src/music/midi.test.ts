import { parseMidi } from 'midi-file';
import { describe, expect, it } from 'vitest';
import { midiFile } from './midi.ts';
import { voicesOf } from './notes.ts';

const rows = [
  [60, 0],
  [60, 55],
  [62, 55],
  [0, 55],
  [62, 57],
];

describe('voicesOf', () => {
  it('ties a pitch that goes on, and leaves rests out', () => {
    expect(voicesOf(rows, 0)).toEqual([
      [
        { pitch: 60, start: 0, length: 2 },
        { pitch: 62, start: 2, length: 1 },
        { pitch: 62, start: 4, length: 1 },
      ],
      [
        { pitch: 55, start: 1, length: 3 },
        { pitch: 57, start: 4, length: 1 },
      ],
    ]);
  });
});

describe('midiFile', () => {
  it('is read again as a tempo and a track for each voice', () => {
    const bytes = midiFile(voicesOf(rows, 0), 6, { beatsPerMinute: 80, stepsPerBeat: 4 });
    const { header, tracks } = parseMidi(bytes);
    expect(header).toMatchObject({ format: 1, numTracks: 3, ticksPerBeat: 480 });
    expect(tracks[0]?.[0]).toMatchObject({ type: 'setTempo', microsecondsPerBeat: 750_000 });
    const told = (tracks[2] ?? []).map((event) => [
      event.deltaTime,
      event.type,
      'noteNumber' in event ? [event.channel, event.noteNumber] : [],
    ]);
    expect(told).toEqual([
      [120, 'noteOn', [1, 55]],
      [360, 'noteOff', [1, 55]],
      [0, 'noteOn', [1, 57]],
      [120, 'noteOff', [1, 57]],
      [120, 'endOfTrack', []],
    ]);
  });

  it('has no voice play percussion', () => {
    const many = [Array.from({ length: 17 }, () => 60)];
    const bytes = midiFile(voicesOf(many, 0), 1, { beatsPerMinute: 80, stepsPerBeat: 4 });
    const channels = parseMidi(bytes).tracks.flatMap((track) =>
      track.flatMap((event) => (event.type === 'noteOn' ? [event.channel] : [])),
    );
    expect(channels).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 0, 1]);
  });
});
