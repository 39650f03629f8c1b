import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";

import { parquetMetadataAsync, type AsyncBuffer, type Compressors, type FileMetaData } from "hyparquet";

import { PipelineError } from "../core/errors.ts";
import { bytesOf, type CrawlFiles } from "./crawl-files.ts";

/** A Parquet file of the index whose footer has been read; its columns are read when asked for. */
export interface ParquetFile {
  readonly path: string;
  readonly metadata: FileMetaData;
  readonly columns: ReadonlySet<string>;
  readonly bytes: AsyncBuffer;
}

/** Footers of the index are about ten kilobytes long; a longer one needs a second request. */
const tailBytes = 128 << 10;

/** Pages of the index are packed with gzip; other writers use the others. Snappy is the reader's own. */
export const pageCodecs: Compressors = {
  GZIP: (packed, bytes) => plainOf(gunzipSync(packed, { maxOutputLength: Math.max(1, bytes) })),
  ZSTD: (packed, bytes) => plainOf(zstdDecompressSync(packed, { maxOutputLength: Math.max(1, bytes) })),
  BROTLI: (packed, bytes) => plainOf(brotliDecompressSync(packed, { maxOutputLength: Math.max(1, bytes) })),
};

/** @throws {PipelineError} `index-broken`, and what reading throws */
export async function parquetFile(files: CrawlFiles, path: string, signal: AbortSignal): Promise<ParquetFile> {
  const tail = await bytesOf(files, path, { from: -tailBytes, to: null, version: null }, signal);
  if (tail === null)
    throw new PipelineError("index-broken", `the index names ${files.location}${path}, but there is no such file`, {
      path,
    });
  const { version } = tail;
  const size = tail.fileBytes ?? tail.bytes.length;
  const tailAt = size - tail.bytes.length;
  const bytes: AsyncBuffer = {
    byteLength: size,
    async slice(start, end = size) {
      if (start >= tailAt) return bufferOf(tail.bytes.subarray(start - tailAt, end - tailAt));
      const part = await bytesOf(files, path, { from: start, to: end, version }, signal);
      if (part?.bytes.length === end - start) return bufferOf(part.bytes);
      throw new PipelineError("index-broken", `${files.location}${path} ends before byte ${end}`, { path });
    },
  };
  return broken(files, path, async () => {
    const metadata = await parquetMetadataAsync(bytes, { initialFetchSize: tailBytes });
    const columns = new Set(metadata.schema.slice(1).map(({ name }) => name));
    return { path, metadata, columns, bytes };
  });
}

/** Turns errors of the Parquet reader into ours: they mean that the file is malformed. */
export async function broken<T>(files: CrawlFiles, path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    const words = error instanceof Error ? error.message.slice(0, 300) : String(error);
    throw new PipelineError(
      "index-broken",
      `${files.location}${path} cannot be read as Parquet: ${words}`,
      { path },
      error,
    );
  }
}

function bufferOf(bytes: Buffer): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
}

function plainOf(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
