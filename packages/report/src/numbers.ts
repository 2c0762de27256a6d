/** Numbers as tables and texts show them. */

/** Five significant digits; whole numbers from 100,000 on; a dash for what is not finite. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return Math.abs(value) >= 1e5 ? value.toFixed(0) : String(Number(value.toPrecision(5)));
}

/** A share in percent, without what rounding adds to it: `0.9` as `90`. */
export function percentOf(share: number): number {
  return Number((100 * share).toPrecision(6));
}
