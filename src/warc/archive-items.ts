import { fileURLToPath } from "node:url";

import { readArchive, type ReadOptions } from "./read-archive.ts";
import type { ArchiveItem, SliceSpan } from "./record.ts";
import { bytesSource, fileSource, type ByteSource } from "./source.ts";

/** Where an archive is: the path of a file, its `file:` address, or its bytes. */
export type ArchiveInput = string | URL | Uint8Array;

/**
 * Yields, in order, every record and every loss of a WARC or ARC file, plain, in gzip members or in zstd frames, and
 * returns what it covered. Damage never ends the reading: it becomes a loss with a reason. A record's `block` is a view
 * into a larger buffer: copy what must outlive the loop. A file is opened when the first item is asked for, and closed
 * at the end or when the caller leaves the loop. This is `readArchive` of the package; inside, code that has a
 * `ByteSource` calls the function of that name.
 * @throws {PipelineError} `archive-missing`, `archive-unreadable`
 * @throws {TypeError} for any other input, when called; the message says how to make one of these out of it
 */
export function archiveItems(input: ArchiveInput, options: ReadOptions = {}): AsyncGenerator<ArchiveItem, SliceSpan> {
  if (input instanceof Uint8Array) return readArchive(bytesSource(bufferOf(input)), options);
  if (typeof input === "string" || input instanceof URL) return fileItems(pathOf(input), options);
  throw new TypeError(
    "an archive is read at any position: give the path of a file, a file: URL or all bytes (of a stream: `await buffer(stream)` of node:stream/consumers)",
  );
}

async function* fileItems(path: string, options: ReadOptions): AsyncGenerator<ArchiveItem, SliceSpan> {
  using source: ByteSource & Disposable = fileSource(path);
  return yield* readArchive(source, options);
}

function pathOf(input: string | URL): string {
  const address = typeof input === "string" ? /^[a-z][a-z0-9+.-]+:\/\//i.exec(input)?.[0] : input.protocol;
  if (address === undefined) return String(input);
  if (!address.startsWith("file:")) {
    throw new TypeError(`${String(input)} is not a file: fetch it first, and give the path of the file or its bytes`);
  }
  return fileURLToPath(input);
}

/** The same bytes, not a copy. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
