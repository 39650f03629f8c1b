import { similarFrom } from "../../dedup/band-edges.ts";
import type { Edges } from "../../dedup/edges.ts";

/** Bytes of one pair. */
const pairBytes = 16;

/** Pairs as an object of the store: all lower places, all higher ones (32 bits), all similarities (64 bits), little-endian. */
export function edgesBytes({ lower, higher, similarity }: Edges): Buffer {
  const bytes = Buffer.alloc(lower.length * pairBytes);
  let at = 0;
  for (const value of lower) at = bytes.writeUInt32LE(value, at);
  for (const value of higher) at = bytes.writeUInt32LE(value, at);
  for (const value of similarity) at = bytes.writeDoubleLE(value, at);
  return bytes;
}

/** The other way; `null` for bytes that are no pairs of `count` texts. */
export function edgesOf(bytes: Buffer, count: number): Edges | null {
  const pairs = bytes.length / pairBytes;
  if (!Number.isInteger(pairs)) return null;
  const lower = Uint32Array.from({ length: pairs }, (_, index) => bytes.readUInt32LE(index * 4));
  const higher = Uint32Array.from({ length: pairs }, (_, index) => bytes.readUInt32LE((pairs + index) * 4));
  const similarity = Float64Array.from({ length: pairs }, (_, index) => bytes.readDoubleLE(pairs * 8 + index * 8));
  const isPair = (value: number, index: number): boolean =>
    value < (higher[index] ?? 0) && (higher[index] ?? 0) < count;
  return lower.every(isPair) && similarity.every((value) => value >= similarFrom && value <= 1)
    ? { lower, higher, similarity }
    : null;
}
