/**
 * Case-folded 32-bit hash of a name that lies in a longer text, so that tags, attributes and class words are told apart
 * without making a string of each. Names that collide with a known one are taken for it: harmless, and only by design.
 */
export function nameHash(source: string, start: number, end: number): number {
  let hash = 0;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (source.charCodeAt(at) | 0x20)) | 0;
  return hash;
}

/** Hashes of names that stand apart by spaces. */
export function hashesOf(names: string): readonly number[] {
  return names.split(" ").map((name) => nameHash(name, 0, name.length));
}
