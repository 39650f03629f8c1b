import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { constants, createZstdCompress } from "node:zlib";

import type { Hex } from "../core/records.ts";

/** Writes lines into one file of one zstd frame. */
export interface LineWriter extends AsyncDisposable {
  /** Adds a line, with the newline that ends it and no other. Resolves when the compressor can take more. */
  readonly write: (line: string | Buffer) => Promise<void>;
  /** Ends the frame, flushes the file to the disk and says what was written. */
  readonly finish: () => Promise<{ readonly sha256: Hex; readonly bytes: number; readonly lines: number }>;
}

// The packed bytes depend on how the input is cut, so it is cut at fixed lengths and not where lines end.
const pieceBytes = 128 * 1024;

/**
 * Opens a new file for JSON lines. One frame a file: some readers, Node's own among them, stop after the first without a
 * word. The frame carries a checksum and needs a window of 2 MiB to read. Unknown fate of a file that was not finished.
 */
export async function lineWriter(path: string): Promise<LineWriter> {
  const file = await open(path, "wx");
  const packer = createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  const hash = createHash("sha256");
  let bytes = 0;
  let lines = 0;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const drained = drain();
  // A failure is reported by the next write or by finish; this only keeps it from ending the process in between.
  drained.catch(() => packer.destroy());
  packer.on("error", () => {});

  async function drain(): Promise<void> {
    for await (const piece of packer as AsyncIterable<Buffer>) {
      hash.update(piece);
      bytes += piece.length;
      await writeAll(file, piece);
    }
  }

  async function pack(piece: Buffer): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        packer.write(piece, (error) => (error === null || error === undefined ? resolve() : reject(error)));
      });
    } catch (error) {
      // A full disk shows itself here only as a destroyed stream; the other end knows why.
      await drained;
      throw error;
    }
  }

  return {
    async write(line) {
      lines++;
      const chunk = typeof line === "string" ? Buffer.from(line) : line;
      pending.push(chunk);
      pendingBytes += chunk.length;
      if (pendingBytes < pieceBytes) return;
      const all = Buffer.concat(pending);
      let start = 0;
      for (; start + pieceBytes <= all.length; start += pieceBytes) await pack(all.subarray(start, start + pieceBytes));
      pending = [all.subarray(start)];
      pendingBytes = all.length - start;
    },
    async finish() {
      packer.end(Buffer.concat(pending));
      await drained;
      await file.sync();
      return { sha256: hash.digest("hex"), bytes, lines };
    },
    async [Symbol.asyncDispose]() {
      packer.destroy();
      await drained.catch(() => {});
      await file.close();
    },
  };
}

async function writeAll(file: FileHandle, piece: Buffer): Promise<void> {
  for (let start = 0; start < piece.length;) start += (await file.write(piece, start)).bytesWritten;
}
