import { constants } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";

import { PipelineError } from "../core/errors.ts";
import { piecesOf } from "../files/read-pieces.ts";

/** A file that is open, or what there is instead of it. */
export type OpenedFile =
  | { readonly file: FileHandle; readonly bytes: number }
  | { readonly file: null; readonly what: "file-missing" | "file-kind"; readonly found: string };

/**
 * Opens a regular file of a folder that anybody may have made. A pipe would wait for its writer, a device may do anything
 * when it is opened, and a link could lead to any file of this machine: none of them is opened.
 */
export async function openFile(directory: string, path: string): Promise<OpenedFile> {
  try {
    const [folder, real] = await Promise.all([realpath(directory), realpath(join(directory, path))]);
    if (!real.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`)) {
      return { file: null, what: "file-kind", found: `a symbolic link out of the folder, to ${real}` };
    }
    if (!(await stat(real)).isFile()) return notRegular;
    // It may have been replaced since: what is open is looked at again, and NONBLOCK lets a pipe open at once.
    const file = await open(real, constants.O_RDONLY | constants.O_NONBLOCK);
    const opened = await file.stat();
    if (opened.isFile()) return { file, bytes: opened.size };
    await file.close();
    return notRegular;
  } catch (error) {
    return { file: null, what: "file-missing", found: error instanceof Error ? error.message : String(error) };
  }
}

const notRegular = { file: null, what: "file-kind", found: "a folder, a pipe or a device" } as const;

/** Every file of a manifest but those of lines is read whole, and none of ours comes near this. */
const maxBytes = 256 * 1024 * 1024;

/** The bytes of a small file, or in words why there are none. */
export async function bytesOfFile(directory: string, path: string): Promise<Buffer | string> {
  const opened = await openFile(directory, path);
  if (opened.file === null) return opened.found;
  await using file = opened.file;
  return opened.bytes > maxBytes ? `${opened.bytes} bytes, more than ${maxBytes}` : await file.readFile();
}

/**
 * What is left of a file, piece by piece; each is valid until the next is asked for.
 * @throws {PipelineError} `interrupted`
 */
export async function* piecesUntilStopped(file: FileHandle, signal?: AbortSignal): AsyncGenerator<Buffer> {
  for await (const piece of piecesOf(file)) {
    stopIfAborted(signal);
    yield piece;
  }
}

/** @throws {PipelineError} `interrupted` */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new PipelineError("interrupted", "stopped before everything was verified");
}
