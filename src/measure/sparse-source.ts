import type { ByteSource } from "../warc/source.ts";

/** From `begin` up to `end`. */
export interface ByteRange {
  readonly begin: number;
  readonly end: number;
}

/** A file with holes that are filled in when a reader, in another thread, comes to them. */
export interface SparseFile {
  /** What is there now. */
  readonly held: readonly ByteRange[];
  /** Resolves when the range is there too; rejects with what ends the slice. */
  readonly fetch: (range: ByteRange) => Promise<void>;
}

/** What a reader knows of such a file. */
export interface Holes {
  readonly held: readonly ByteRange[];
  /**
   * Blocks until the range is there.
   * @returns all that is there then
   * @throws {PipelineError} why it cannot be had
   */
  readonly fill: (range: ByteRange) => readonly ByteRange[];
}

/** A file of which only some ranges are there; the others are filled in as they are read. */
export function sparseSource(file: ByteSource, { held: first, fill }: Holes): ByteSource {
  let held = first;
  const heldAround = (begin: number, end: number): ByteRange | undefined =>
    held.find((one) => one.begin <= begin && end <= one.end);
  return {
    size: file.size,
    read(position, length, least = length) {
      const end = Math.min(file.size, position + least);
      if (position >= end) return file.read(position, 0);
      let range = heldAround(position, end);
      if (range === undefined) {
        held = fill({ begin: position, end });
        range = heldAround(position, end);
      }
      if (range === undefined) throw new RangeError(`bytes ${position} to ${end} were not filled in`);
      return file.read(position, Math.min(length, range.end - position));
    },
  };
}
