import { addAbortSignal, pipeline } from "node:stream";
import { createZstdDecompress } from "node:zlib";

import { PipelineError } from "../core/errors.ts";
import { openFile, stopIfAborted } from "./open-file.ts";

/** A longer line is not one of ours: the text of a page is bounded well below it. */
export const maxLineBytes = 256 * 1024 * 1024;

/** What a file of lines may unpack to: a small file can unpack to more than any disk holds. */
export interface LineBounds {
  readonly lines?: number;
  /** Bytes of all lines together, asked again for each piece that was unpacked. */
  readonly bytes?: () => number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lines of a file of one zstd frame, without their newlines, as bytes that stay valid after the next is asked for.
 * @throws {PipelineError} `manifest-broken` when the file cannot be read, is no whole frame, holds anything behind the frame,
 * more than the bounds allow, or does not end with a newline; `interrupted`
 */
export async function* readLines(directory: string, path: string, bounds: LineBounds = {}): AsyncGenerator<Buffer> {
  const { lines: maxLines = Infinity, bytes: maxBytes = () => Infinity, signal } = bounds;
  const opened = await openFile(directory, path);
  if (opened.file === null) throw broken(path, `cannot be read: ${opened.found}`);
  await using _file = opened.file;
  const unpacker = createZstdDecompress();
  const packed = opened.file.createReadStream({ autoClose: false });
  // The reader of the unpacked bytes sees the failure.
  pipeline(packed, unpacker, () => undefined);
  if (signal !== undefined) addAbortSignal(signal, unpacker);
  let [lines, bytes, partBytes] = [0, 0, 0];
  let parts: Buffer[] = [];
  try {
    for await (const chunk of unpacker as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes()) throw broken(path, `unpacks to more than the ${maxBytes()} bytes that there can be`);
      let start = 0;
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
        if (++lines > maxLines) throw broken(path, `holds more than the ${maxLines} lines that there can be`);
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
    stopIfAborted(signal);
    if (cause instanceof PipelineError) throw cause;
    throw broken(path, "cannot be unpacked", cause);
  } finally {
    packed.destroy();
    unpacker.destroy();
  }
  if (partBytes > 0) throw broken(path, "does not end with a newline");
  // Node stops after one frame and says nothing of what follows it.
  if (unpacker.bytesWritten !== opened.bytes) throw broken(path, "holds bytes behind its frame");
}

const newline = 0x0a;

function broken(path: string, what: string, cause?: unknown): PipelineError {
  const because = cause instanceof Error ? `: ${cause.message}` : "";
  return new PipelineError("manifest-broken", `${path} ${what}${because}`, { path }, cause);
}
