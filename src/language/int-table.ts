/**
 * Look-up of small whole numbers by whole numbers of at least 0; -1 for a key that is not there. Open addressing in one
 * array: the identifier's inner loop looks up every character n-gram, and a Map took three times as long.
 */
export function intTable(entries: Iterable<readonly [key: number, value: number]>): (key: number) => number {
  const pairs = [...entries];
  const mask = 2 ** Math.ceil(Math.log2(Math.max(4, pairs.length * 2))) - 1;
  const keys = new Int32Array(mask + 1).fill(-1);
  const values = new Int32Array(mask + 1);
  const slotOf = (key: number): number => {
    let slot = (Math.imul(key, 0x9e37_79b1) >>> 7) & mask;
    while (keys[slot] !== -1 && keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  };
  for (const [key, value] of pairs) {
    const slot = slotOf(key);
    keys[slot] = key;
    values[slot] = value;
  }
  return (key) => {
    const slot = slotOf(key);
    return keys[slot] === key ? (values[slot] ?? -1) : -1;
  };
}
