import type { FileHandle } from "node:fs/promises";

const chunkBytes = 1024 * 1024;

/**
 * Copies what is left of a file to the end of another, through one buffer: a stream makes one anew for each piece, and V8 goes
 * through its whole heap when 64 MB of them have come together.
 */
export async function copyBytes(from: FileHandle, to: FileHandle, signal: AbortSignal | undefined): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(chunkBytes);
  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await from.read(buffer, 0, chunkBytes, null);
    if (bytesRead === 0) return;
    await to.writeFile(buffer.subarray(0, bytesRead));
  }
}
