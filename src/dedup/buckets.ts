/**
 * Documents that share the key of one band, in buckets of two or more.
 *
 * Key and position go into one 53-bit number, and numbers sort fast: 8 bytes a document and no map, and at most 6 for
 * the order of the buckets. Beyond two million documents the key gives up bits to the position; documents that then
 * share a bucket by chance are rejected by their signatures.
 *
 * @param keyOf key of a document, 32 bits
 * @param documents in the order that they have within each bucket
 * @param rankOf less than 2^32; buckets are ordered by the rank of their first document, only approximately beyond two
 * million buckets
 */
export function* bucketsOf(
  keyOf: (document: number) => number,
  documents: Int32Array,
  rankOf: (document: number) => number = (document) => document,
): Generator<Int32Array> {
  const positionBits = bitsOf(documents.length);
  const keyShift = Math.max(0, positionBits - 21);
  const scale = 2 ** positionBits;
  const packed = new Float64Array(documents.length);
  for (let position = 0; position < documents.length; position++) {
    packed[position] = (keyOf(documents[position] ?? 0) >>> keyShift) * scale + position;
  }
  packed.sort();
  const keyAt = (at: number): number => Math.floor((packed[at] ?? 0) / scale);
  const documentAt = (at: number): number => documents[(packed[at] ?? 0) - keyAt(at) * scale] ?? 0;

  const starts = bucketStarts(packed.length, keyAt);
  const startScale = 2 ** bitsOf(starts.length);
  const rankShift = Math.max(0, bitsOf(starts.length) - 21);
  const order = new Float64Array(starts.length);
  for (const [bucket, start] of starts.entries()) {
    order[bucket] = (rankOf(documentAt(start)) >>> rankShift) * startScale + bucket;
  }
  order.sort();
  for (const ranked of order) {
    const start = starts[ranked % startScale] ?? 0;
    let end = start + 2;
    while (end < packed.length && keyAt(end) === keyAt(start)) end++;
    yield Int32Array.from({ length: end - start }, (_, index) => documentAt(start + index));
  }
}

/** Where buckets of two or more begin among sorted keys. */
function bucketStarts(length: number, keyAt: (at: number) => number): Int32Array {
  const starts = new Int32Array(length >>> 1);
  let count = 0;
  for (let at = 1; at < length; at++) {
    const key = keyAt(at);
    if (key === keyAt(at - 1) && (at === 1 || key !== keyAt(at - 2))) starts[count++] = at - 1;
  }
  return starts.subarray(0, count);
}

/** Bits that hold the numbers from 0 to `length`. */
function bitsOf(length: number): number {
  return 32 - Math.clz32(length);
}
