import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";

import { PipelineError } from "../../core/errors.ts";
import type { Hex, SliceSpec } from "../../core/records.ts";
import type { ByteRange, SparseFile } from "../../measure/sparse-source.ts";
import { archiveName } from "../../store/layout.ts";
import type { Store } from "../../store/store.ts";

/** First bytes of every file: a plain ARC says there what it is, a zstd file has its dictionary there. */
const headBytes = 64 << 10;
/** Before a slice: what comes before its first record helps to find it. */
const beforeBytes = 4 << 10;
/** Behind a slice: most of its last records end within. */
const tailBytes = 256 << 10;
/** Each further fetch brings at least twice as much as the one before, within these bounds: they are held in memory. */
const leastFetchBytes = 1 << 20;
const mostFetchBytes = 64 << 20;

/** A job may ask for a slice of any size: more than this is not held in memory at once. */
const largestPiece = 256 << 20;

/**
 * Opens one slice of an archive that is in a bucket: a file with the bytes of the slice and a little more. What else the
 * reader turns out to need is fetched when it reads it, never the whole archive.
 * @param path of the file, made here and left to the caller to remove
 * @throws {PipelineError} `archive-missing` when the store has not all of it, and what the store throws; `fetch` too
 */
export async function fetchedSlice(
  store: Store,
  slice: SliceSpec,
  path: string,
  signal: AbortSignal,
): Promise<SparseFile & Disposable> {
  const name = archiveName(slice.archive);
  const missing = (): PipelineError => archiveCut(store, slice.archive);
  const bytes = await store.size(name, signal);
  // A file that ends before the slice does was cut off: what is left of it would be measured as if it were all.
  if (bytes === null || bytes < slice.nominalEnd) throw missing();
  const file = openSync(path, "w+");
  const held: ByteRange[] = [];
  const bring = async (begin: number, end: number): Promise<void> => {
    const range = missingOf(held, { begin, end: Math.min(bytes, end) });
    if (range.begin >= range.end) return;
    for (let from = range.begin; from < range.end; from += largestPiece) {
      const piece = { begin: from, end: Math.min(range.end, from + largestPiece) };
      const content = await store.range(name, piece.begin, piece.end, signal);
      if (content?.length !== piece.end - piece.begin) throw missing();
      for (let at = 0; at < content.length;) at += writeSync(file, content, at, content.length - at, from + at);
      merge(held, piece);
    }
  };
  try {
    ftruncateSync(file, bytes);
    await bring(0, headBytes);
    await bring(Math.max(0, (slice.exactStart ?? slice.nominalStart) - beforeBytes), slice.nominalEnd + tailBytes);
  } catch (error) {
    closeSync(file);
    throw error;
  }
  let least = leastFetchBytes;
  return {
    held,
    async fetch({ begin, end }) {
      await bring(begin, Math.max(end, begin + least));
      least = Math.min(mostFetchBytes, 2 * least);
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}

/** The error for an archive of which the store has not every byte. */
export function archiveCut({ place }: Pick<Store, "place">, archive: Hex): PipelineError {
  const words = `${place} has not all of ${archiveName(archive)}; remove what it has and run again`;
  return new PipelineError("archive-missing", words, { archive });
}

/** A range without what is held at its ends. */
function missingOf(held: readonly ByteRange[], { begin, end }: ByteRange): ByteRange {
  const first = held.find((one) => one.begin <= begin && begin < one.end);
  const last = held.find((one) => one.begin < end && end <= one.end);
  return { begin: first?.end ?? begin, end: last?.begin ?? end };
}

/** Adds a range; those that touch become one. */
function merge(held: ByteRange[], added: ByteRange): void {
  let { begin, end } = added;
  for (let index = held.length - 1; index >= 0; index--) {
    const one = held[index];
    if (one === undefined || one.end < begin || end < one.begin) continue;
    begin = Math.min(begin, one.begin);
    end = Math.max(end, one.end);
    held.splice(index, 1);
  }
  held.push({ begin, end });
}
