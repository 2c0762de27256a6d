/** Rows of pitches as notes that sound for a while. */

/** A note of a voice. */
export interface Note {
  /** MIDI number: 60 is middle C. */
  readonly pitch: number;
  /** Row with which it begins. */
  readonly start: number;
  /** Rows for which it sounds. */
  readonly length: number;
}

/**
 * The notes of each voice: the same pitch in rows that follow each other is one note.
 *
 * @param rows `[steps]`, a pitch for each voice
 * @param rest the number that stands for silence, if any
 */
export function voicesOf(
  rows: readonly (readonly number[])[],
  rest: number | undefined,
): readonly (readonly Note[])[] {
  const voices = rows[0]?.length ?? 0;
  return Array.from({ length: voices }, (_, voice) => {
    const notes: Note[] = [];
    rows.forEach((row, start) => {
      const pitch = row[voice] ?? NaN;
      const last = notes.at(-1);
      if (pitch === rest) return;
      if (last?.pitch === pitch && last.start + last.length === start)
        notes[notes.length - 1] = { ...last, length: last.length + 1 };
      else notes.push({ pitch, start, length: 1 });
    });
    return notes;
  });
}
