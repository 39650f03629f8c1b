/**
 * Documents that share the key of one band, in buckets of two or more.
 *
 * Key and position go into one 53-bit number, and numbers sort fast: 8 bytes a document and no map. Beyond two million
 * documents the key gives bits to the position; what then meets by chance is refused by its signature.
 *
 * @param keyOf key of a document, 32 bits
 * @param documents in the order in which each bucket shall have them
 */
export function* bucketsOf(keyOf: (document: number) => number, documents: Int32Array): Generator<Int32Array> {
  const positionBits = 32 - Math.clz32(documents.length);
  const keyShift = Math.max(0, positionBits - 21);
  const scale = 2 ** positionBits;
  const packed = new Float64Array(documents.length);
  for (let position = 0; position < documents.length; position++) {
    packed[position] = (keyOf(documents[position] ?? 0) >>> keyShift) * scale + position;
  }
  packed.sort();
  let start = 0;
  for (let end = 1; end <= packed.length; end++) {
    const key = Math.floor((packed[start] ?? 0) / scale);
    if (end < packed.length && Math.floor((packed[end] ?? 0) / scale) === key) continue;
    if (end - start > 1) {
      yield Int32Array.from(packed.subarray(start, end), (value) => documents[value - key * scale] ?? 0);
    }
    start = end;
  }
}
