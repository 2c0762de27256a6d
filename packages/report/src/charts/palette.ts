/** The colours of all charts, on light and on dark ground. */

/** A colour: as it stands in the charts, and what takes its place on dark ground. */
export interface Colour {
  readonly light: string;
  readonly dark: string;
}

/** What is drawn in which colour. */
export const palette = {
  /** What was measured. */
  ink: { light: '#222222', dark: '#e8e8e8' },
  /** Titles, labels. */
  text: { light: '#333333', dark: '#cccccc' },
  axis: { light: '#8a8a8a', dark: '#7d7d7d' },
  grid: { light: '#e4e4e4', dark: '#3a3a3a' },
  /** Lines that help to read: zero, where the forecast begins, the best epoch. */
  guide: { light: '#777777', dark: '#9a9a9a' },
} as const satisfies Record<string, Colour>;

/**
 * Colours of forecasters, the model's first: those of Okabe and Ito, which stay apart for the
 * colour-blind; lighter on dark ground where they would drown.
 */
export const series: readonly [Colour, ...Colour[]] = [
  { light: '#d55e00', dark: '#f0803c' },
  { light: '#0072b2', dark: '#4aa8e0' },
  { light: '#009e73', dark: '#2fc79d' },
  { light: '#cc79a7', dark: '#dd97bd' },
  { light: '#b8860b', dark: '#e6b23a' },
  { light: '#56b4e9', dark: '#8accf0' },
  { light: '#6a4c93', dark: '#a98bd0' },
];

/** Colours of as many lines as there are names; they begin anew where there are more. */
export function coloursOf(names: readonly string[], first = 0): string[] {
  return names.map((_, i) => (series[(first + i) % series.length] ?? series[0]).light);
}
