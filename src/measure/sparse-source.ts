import { PipelineError } from "../core/errors.ts";
import type { ByteSource } from "../warc/source.ts";

/** From `begin` up to `end`. */
export interface ByteRange {
  readonly begin: number;
  readonly end: number;
}

/**
 * A file of which only some ranges are true, the rest being holes.
 * @throws {PipelineError} `bytes-missing` from `read`, with `begin` and `end` of what must be there
 */
export function heldSource(file: ByteSource, held: readonly ByteRange[]): ByteSource {
  return {
    size: file.size,
    read(position, length, least = length) {
      const end = Math.min(file.size, position + least);
      if (position >= end) return file.read(position, 0);
      const range = held.find((one) => one.begin <= position && end <= one.end);
      if (range === undefined) {
        const words = `bytes ${position} to ${end} have not been fetched yet`;
        throw new PipelineError("bytes-missing", words, { begin: position, end });
      }
      return file.read(position, Math.min(length, range.end - position));
    },
  };
}
