import { PipelineError } from "../core/errors.ts";
import type { ByteSource } from "../warc/source.ts";

/** From `begin` up to `end`. */
export interface ByteRange {
  readonly begin: number;
  readonly end: number;
}

/**
 * A file of which only some ranges are true, the rest being holes.
 * @throws {PipelineError} `bytes-missing` from `read`, with `begin` and `end` of what was asked for
 */
export function heldSource(file: ByteSource, held: readonly ByteRange[]): ByteSource {
  return {
    size: file.size,
    read(position, length) {
      const end = Math.min(file.size, position + length);
      if (position < end && !held.some((range) => range.begin <= position && end <= range.end)) {
        throw new PipelineError("bytes-missing", `bytes ${position} to ${end} have not been fetched yet`, {
          begin: position,
          end,
        });
      }
      return file.read(position, length);
    },
  };
}
