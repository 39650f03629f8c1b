/**
 * Case-folded 32-bit hash of a name inside a longer text. It distinguishes tags, attributes and class words without
 * making a string of each. A name that collides with a known one is treated as that one: harmless, and it only happens
 * on purpose.
 */
export function nameHash(source: string, start: number, end: number): number {
  let hash = 0;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (source.charCodeAt(at) | 0x20)) | 0;
  return hash;
}

/** Hashes of names separated by spaces. */
export function hashesOf(names: string): readonly number[] {
  return names.split(" ").map((name) => nameHash(name, 0, name.length));
}
