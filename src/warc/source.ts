import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

import { PipelineError } from "../core/errors.ts";
import type { FailureCode } from "../core/errors.ts";

/** Bytes that can be read at any position. */
export interface ByteSource {
  readonly size: number;
  /**
   * Fewer bytes than `length` only at the end, or where a source has no more available yet; but never fewer than
   * `least`.
   */
  read(position: number, length: number, least?: number): Buffer;
}

/**
 * A regular file, opened once and read with positioned reads; dispose it to close the descriptor.
 * The size is that of the moment of opening: what is appended later is not seen.
 * @throws {PipelineError} `archive-missing`, `archive-unreadable`
 */
export function fileSource(path: string): ByteSource & Disposable {
  // Without NONBLOCK, opening a named pipe waits for its writer, where no signal can end the wait.
  const descriptor = attempt(path, () => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  const { size, regular } = attempt(path, () => {
    const stat = fstatSync(descriptor);
    return { size: stat.size, regular: stat.isFile() };
  });
  if (!regular) {
    closeSync(descriptor);
    throw unreadable(path, "it is not a regular file; name a WARC or ARC file, or each file of a folder");
  }
  return {
    size,
    read(position, length) {
      const wanted = Math.max(0, Math.min(length, size - position));
      const bytes = Buffer.allocUnsafeSlow(wanted);
      let filled = 0;
      while (filled < wanted) {
        const got = attempt(path, () => readSync(descriptor, bytes, filled, wanted - filled, position + filled));
        if (got === 0) throw unreadable(path, `it became shorter while it was read (${size} bytes when opened)`);
        filled += got;
      }
      return bytes;
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

/** Bytes that are already in memory; views of them are handed out, never copies. */
export function bytesSource(bytes: Buffer): ByteSource {
  return { size: bytes.length, read: (position, length) => bytes.subarray(position, position + length) };
}

const explanations: Readonly<Record<string, readonly [FailureCode, string]>> = {
  ENOENT: ["archive-missing", "there is no such file; check the path"],
  ENOTDIR: ["archive-missing", "a part of the path is not a folder; check the path"],
  EACCES: ["archive-unreadable", "permission denied; let this user read it"],
  EPERM: ["archive-unreadable", "permission denied; let this user read it"],
  EISDIR: ["archive-unreadable", "it is a folder; name the files in it"],
  EMFILE: ["archive-unreadable", "too many files are open; raise the limit or use fewer workers"],
};

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown";
    const [code, words] = explanations[reason] ?? ["archive-unreadable", `the system says ${reason}; check the disk`];
    throw new PipelineError(code, `cannot read archive ${path}: ${words}`, { path, reason }, error);
  }
}

function unreadable(path: string, words: string): PipelineError {
  return new PipelineError("archive-unreadable", `cannot read archive ${path}: ${words}`, { path });
}
