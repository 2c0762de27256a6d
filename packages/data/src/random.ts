/**
 * Numbers in [0, 1) from a seed: mulberry32 (Tommy Ettinger, public domain), enough to shuffle
 * windows with; not for weights or dropout, whose bits the programs make themselves.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Shuffles in place: Fisher and Yates's algorithm (Durstenfeld 1964). Gives `items` back. */
export function shuffle<Items extends number[] | Int32Array>(items: Items, seed: number): Items {
  const random = seededRandom(seed);
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const kept = items[i] ?? 0;
    items[i] = items[j] ?? 0;
    items[j] = kept;
  }
  return items;
}
