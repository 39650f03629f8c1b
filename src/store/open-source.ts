import { open, type FileHandle } from "node:fs/promises";

import { PipelineError } from "../core/errors.ts";

/** Opens a file of this machine that is to go into a store. @throws {PipelineError} `not-found` */
export async function openSource(path: string): Promise<FileHandle> {
  const refused = (cause?: unknown): PipelineError =>
    new PipelineError("not-found", `cannot read ${path}, which is to go into the store`, { path }, cause);
  const source = await open(path, "r").catch((error: unknown) => {
    throw refused(error);
  });
  if (!(await source.stat()).isDirectory()) return source;
  await source.close();
  throw refused();
}

/** Bytes from `begin` on, fewer than `length` only where the file ends. */
export async function readAt(file: FileHandle, begin: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(bytes, read, length - read, begin + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}
