/** Standard MIDI files. */
import { writeMidi, type MidiEvent } from 'midi-file';
import type { Note } from './notes.ts';

/** How rows are played. */
export interface Tempo {
  /** Beats in a minute. */
  readonly beatsPerMinute: number;
  /** Rows in a beat: 4 for sixteenths. */
  readonly stepsPerBeat: number;
}

/** Ticks in a row: any number that leaves room for other programs to move notes. */
const ticksPerStep = 120;

/** Of 127. */
const velocity = 80;

/** Percussion in General MIDI, which no voice is. */
const percussion = 9;

/**
 * A MIDI file of format 1: the tempo, then a track and a channel for each voice. Pitches are whole
 * numbers from 0 to 127; `steps` counts all rows, silence at the end included.
 */
export function midiFile(
  voices: readonly (readonly Note[])[],
  steps: number,
  { beatsPerMinute, stepsPerBeat }: Tempo,
): Uint8Array {
  const microsecondsPerBeat = Math.round(60e6 / beatsPerMinute);
  const tempo: MidiEvent[] = [
    { type: 'setTempo', meta: true, deltaTime: 0, microsecondsPerBeat },
    { type: 'endOfTrack', meta: true, deltaTime: 0 },
  ];
  const tracks = [tempo, ...voices.map((notes, i) => trackOf(notes, channelOf(i), steps))];
  const ticksPerBeat = ticksPerStep * stepsPerBeat;
  return Uint8Array.from(
    writeMidi({ header: { format: 1, numTracks: tracks.length, ticksPerBeat }, tracks }),
  );
}

function channelOf(voice: number): number {
  const channel = voice % 15;
  return channel < percussion ? channel : channel + 1;
}

function trackOf(notes: readonly Note[], channel: number, steps: number): MidiEvent[] {
  let now = 0;
  const wait = (step: number): number => {
    const deltaTime = (step - now) * ticksPerStep;
    now = step;
    return deltaTime;
  };
  const events = notes.flatMap(({ pitch: noteNumber, start, length }): MidiEvent[] => [
    { type: 'noteOn', deltaTime: wait(start), channel, noteNumber, velocity },
    { type: 'noteOff', deltaTime: wait(start + length), channel, noteNumber, velocity: 0 },
  ]);
  return [...events, { type: 'endOfTrack', meta: true, deltaTime: wait(steps) }];
}
