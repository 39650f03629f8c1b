import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";

import type { Hex } from "../core/records.ts";

const pieceBytes = 1024 * 1024;

/**
 * What is left of a file in pieces of 1 MiB, all in one buffer: each is valid until the next is asked for. A stream makes a new
 * buffer for each piece, and V8 collects its whole heap whenever 64 MB of them have piled up.
 * @throws what `signal` says when it aborts
 */
export async function* piecesOf(file: FileHandle, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(pieceBytes);
  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, pieceBytes, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Copies what is left of a file to the end of another. @throws what `signal` says when it aborts */
export async function copyBytes(from: FileHandle, to: FileHandle, signal?: AbortSignal): Promise<void> {
  for await (const piece of piecesOf(from, signal)) await to.writeFile(piece);
}

/** SHA-256 of a whole file, read once in constant memory. @throws {AbortError} when `signal` aborts */
export async function fileSha256(path: string, signal: AbortSignal): Promise<Hex> {
  const hash = createHash("sha256");
  await using file = await open(path, "r");
  for await (const piece of piecesOf(file, signal)) hash.update(piece);
  return hash.digest("hex");
}
