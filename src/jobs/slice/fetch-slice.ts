import { ftruncateSync, openSync, writeSync, closeSync } from "node:fs";

import { PipelineError } from "../../core/errors.ts";
import type { Hex, SliceSpec } from "../../core/records.ts";
import { archiveName } from "../../store/layout.ts";
import type { Store } from "../../store/store.ts";
import type { ByteRange } from "../../measure/sparse-source.ts";

/** First bytes of every file: a plain ARC says there what it is, a zstd file has its dictionary there. */
const headBytes = 64 << 10;
/** Before a slice: where its first record begins is told by what stands before it too. */
const beforeBytes = 4 << 10;
/** Behind a slice: most of its last records end within. */
const tailBytes = 256 << 10;
const leastFetchBytes = 1 << 20;
/** A slice asks for more at most so often; each time at least twice as much. */
const mostRounds = 24;

/**
 * Measures one slice of an archive that lies in a bucket: fetches the bytes of the slice and a little more, and what else
 * the reader turns out to need, never the whole file.
 * @param path of the file with holes, made and left to the caller to remove
 * @param work what reads the file; called again whenever it ends with `bytes-missing`
 */
export async function withFetchedSlice<T>(
  store: Store,
  slice: SliceSpec,
  path: string,
  signal: AbortSignal,
  work: (held: readonly ByteRange[]) => Promise<T>,
): Promise<T> {
  const bytes = await store.size(archiveName(slice.archive), signal);
  if (bytes === null) throw missing(store, slice.archive);
  const file = openSync(path, "w+");
  const held: ByteRange[] = [];
  const fetch = async (begin: number, end: number): Promise<void> => {
    const range = missingOf(held, { begin, end: Math.min(bytes, end) });
    if (range.begin >= range.end) return;
    const content = await store.range(archiveName(slice.archive), range.begin, range.end, signal);
    if (content === null || content.length < range.end - range.begin) {
      throw missing(store, slice.archive);
    }
    for (let at = 0; at < content.length;) at += writeSync(file, content, at, content.length - at, range.begin + at);
    merge(held, range);
  };
  try {
    ftruncateSync(file, bytes);
    const start = slice.exactStart ?? slice.nominalStart;
    await fetch(0, headBytes);
    await fetch(Math.max(0, start - beforeBytes), slice.nominalEnd + tailBytes);
    for (let round = 0; ; round++) {
      try {
        return await work(held);
      } catch (error) {
        if (!(error instanceof PipelineError) || error.code !== "bytes-missing" || round === mostRounds) throw error;
        const begin = Number(error.context["begin"]);
        const end = Math.max(Number(error.context["end"]), begin + leastFetchBytes * 2 ** round);
        await fetch(begin, end);
      }
    }
  } finally {
    closeSync(file);
  }
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

function missing(store: Store, archive: Hex): PipelineError {
  return new PipelineError("archive-missing", `${store.place} has not all of ${archiveName(archive)}`, { archive });
}
