import { shingleHashesOf } from "./shingles.ts";

/** The distinct shingles of a text, each as 53 bits of its hashes: two sets compare exactly, up to a collision of those. */
export interface ShingleSet {
  readonly size: number;
  /**
   * A hash table with open addressing, 0 for an empty slot; its length is a power of two, at least 1.5 times `size`.
   */
  readonly table: Float64Array;
}

export function shingleSetOf(text: string): ShingleSet {
  const { high, low, count } = shingleHashesOf(text);
  const table = new Float64Array(2 ** (32 - Math.clz32(count + (count >>> 1))));
  let size = 0;
  for (let index = 0; index < count; index++) {
    const value = ((high[index] ?? 0) & 0x1fffff) * 0x100000000 + ((low[index] ?? 0) >>> 0) || 1;
    const slot = slotOf(table, value);
    if (table[slot] === value) continue;
    table[slot] = value;
    size++;
  }
  return { size, table };
}

/**
 * Jaccard similarity of two sets; 0 for two empty ones.
 * @param atLeast a similarity that is certainly below this may be returned as 0, without comparing shingles
 */
export function jaccardOf(a: ShingleSet, b: ShingleSet, atLeast: number): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  if (small.size === 0 || small.size / large.size < atLeast) return 0;
  let shared = 0;
  for (let index = 0; index < small.table.length; index++) {
    const value = small.table[index] ?? 0;
    if (value !== 0 && large.table[slotOf(large.table, value)] === value) shared++;
  }
  return shared / (small.size + large.size - shared);
}

/** The slot of a value, or the empty slot where it would go. */
function slotOf(table: Float64Array, value: number): number {
  const mask = table.length - 1;
  let slot = value & mask;
  for (let other = table[slot]; other !== 0 && other !== value; other = table[slot]) slot = (slot + 1) & mask;
  return slot;
}
