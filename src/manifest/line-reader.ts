import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createZstdDecompress } from "node:zlib";

import { PipelineError } from "../core/errors.ts";

/** A longer line is not one of ours: the text of a page is bounded well below it. */
const maxLineBytes = 256 * 1024 * 1024;

/**
 * Lines of a file of one zstd frame, without their newlines, as bytes that stay valid after the next is asked for.
 * @throws {PipelineError} `manifest-broken` when the file cannot be read, is no whole frame, holds anything behind the frame
 * or does not end with a newline
 */
export async function* readLines(path: string): AsyncGenerator<Buffer> {
  const unpacker = createZstdDecompress();
  const file = createReadStream(path);
  file.on("error", (error) => unpacker.destroy(error));
  file.pipe(unpacker);
  let parts: Buffer[] = [];
  let partBytes = 0;
  try {
    for await (const chunk of unpacker as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
        const line = chunk.subarray(start, end);
        yield parts.length === 0 ? line : Buffer.concat([...parts, line]);
        parts = [];
        partBytes = 0;
        start = end + 1;
      }
      if (start < chunk.length) parts.push(chunk.subarray(start));
      partBytes += chunk.length - start;
      if (partBytes > maxLineBytes) throw broken(path, `holds a line of more than ${maxLineBytes} bytes`);
    }
  } catch (cause) {
    if (cause instanceof PipelineError) throw cause;
    throw broken(path, "cannot be unpacked", cause);
  } finally {
    file.destroy();
    unpacker.destroy();
  }
  if (partBytes > 0) throw broken(path, "does not end with a newline");
  // Node stops after one frame and says nothing of what follows it.
  if (unpacker.bytesWritten !== (await stat(path)).size) throw broken(path, "holds bytes behind its frame");
}

const newline = 0x0a;

function broken(path: string, what: string, cause?: unknown): PipelineError {
  const because = cause instanceof Error ? `: ${cause.message}` : "";
  return new PipelineError("manifest-broken", `${path} ${what}${because}`, { path }, cause);
}
