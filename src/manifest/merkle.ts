import { createHash } from "node:crypto";

/**
 * Merkle trees of RFC 6962 section 2 (RFC 9162 section 2.1) over SHA-256. A leaf is hashed behind a zero byte and an inner
 * node behind a one, so that no leaf can pass for a node; n leaves split at the largest power of two below n.
 */
export interface MerkleTree {
  readonly push: (entry: Uint8Array | string) => void;
  /** Root over the entries pushed so far; that of nothing is SHA-256 of the empty string. */
  readonly root: () => Buffer;
}

/** Hash of one entry; strings are taken as UTF-8. */
export function leafHash(entry: Uint8Array | string): Buffer {
  return createHash("sha256").update(leafPrefix).update(entry).digest();
}

/** A tree that holds one hash for each set bit of its size, and never its leaves. */
export function merkleTree(): MerkleTree {
  const peaks: { hash: Buffer; height: number }[] = [];
  return {
    push(entry) {
      let hash = leafHash(entry);
      let height = 0;
      for (let last = peaks.at(-1); last?.height === height; last = peaks.at(-1)) {
        hash = nodeHash(last.hash, hash);
        height++;
        peaks.pop();
      }
      peaks.push({ hash, height });
    },
    root: () =>
      peaks.length === 0
        ? emptyRoot()
        : peaks.map(({ hash }) => hash).reduceRight((right, left) => nodeHash(left, right)),
  };
}

/**
 * Hashes that lead from one leaf to the root, nearest first.
 * @throws {RangeError} when there is no such leaf
 */
export function inclusionProof(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  if (!Number.isSafeInteger(index) || index < 0 || index >= leaves.length) {
    throw new RangeError(`no leaf ${index} in a tree of ${leaves.length}`);
  }
  if (leaves.length === 1) return [];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split
    ? [...inclusionProof(left, index), rootOf(right)]
    : [...inclusionProof(right, index - split), rootOf(left)];
}

/** True when the proof shows that `leaf` (a leaf hash) is at `index` under `root`: RFC 9162 section 2.1.3.2. */
export function verifyInclusion(inclusion: {
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}): boolean {
  const { leaf, index, size, proof, root } = inclusion;
  if (!areCounts(index, size) || index >= size || !areHashes(leaf, root, ...proof)) return false;
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equal(hash, root);
}

/**
 * Hashes that show that the tree over the first `size` leaves was only added to.
 * @throws {RangeError} unless 0 < size <= leaves.length
 */
export function consistencyProof(leaves: readonly Uint8Array[], size: number): Uint8Array[] {
  if (!Number.isSafeInteger(size) || size < 1 || size > leaves.length) {
    throw new RangeError(`no earlier tree of ${size} in one of ${leaves.length}`);
  }
  return subProof(leaves, size, true);
}

/** True when the proof shows that the tree of `size` leaves began as that of `firstSize`: RFC 9162 section 2.1.4.2. */
export function verifyConsistency(consistency: {
  readonly firstSize: number;
  readonly firstRoot: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}): boolean {
  const { firstSize, size, firstRoot, root, proof } = consistency;
  // Every tree grows out of the empty one: to say so proves nothing, and is refused.
  if (!areCounts(firstSize, size) || firstSize === 0 || firstSize > size) return false;
  if (firstSize === size) return proof.length === 0 && equal(firstRoot, root);
  if (!areHashes(firstRoot, root, ...proof)) return false;
  let [node, last] = [firstSize - 1, size - 1];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  const [start, ...rest] = node === 0 ? [firstRoot, ...proof] : proof;
  if (start === undefined) return false;
  let [first, second] = [start, start];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      [first, second] = [nodeHash(sibling, first), nodeHash(sibling, second)];
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      second = nodeHash(second, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equal(first, firstRoot) && equal(second, root);
}

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash("sha256").update(nodePrefix).update(left).update(right).digest();
}

function emptyRoot(): Buffer {
  return createHash("sha256").digest();
}

function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return emptyRoot();
  if (leaves.length === 1) return only;
  const split = splitOf(leaves.length);
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

function subProof(leaves: readonly Uint8Array[], size: number, whole: boolean): Uint8Array[] {
  if (size === leaves.length) return whole ? [] : [rootOf(leaves)];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return size <= split
    ? [...subProof(left, size, whole), rootOf(right)]
    : [...subProof(right, size - split, false), rootOf(left)];
}

/** Largest power of two below `count`, which is at least 2. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

// Not the bit operators: those cut a count to 32 bits.
function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function areCounts(...values: readonly number[]): boolean {
  return values.every((value) => Number.isSafeInteger(value) && value >= 0);
}

function areHashes(...values: readonly Uint8Array[]): boolean {
  return values.every(({ length }) => length === 32);
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
