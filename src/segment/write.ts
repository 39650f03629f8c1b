import { createHash, type Hash } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";

import type { CaptureRow, Hex, SegmentHead } from "../core/records.ts";
import { renameDurablySync } from "../files/durable.ts";
import { frameBytes, segmentMagic, segmentPath } from "./format.ts";
import type { SegmentFooter, SegmentFrame } from "./shapes.ts";

/** Takes the captures of one slice in order; memory stays constant because finished frames go straight to disk. */
export interface SegmentWriter {
  /** `text` and `signature` belong to a document; both `null` for any other outcome. */
  readonly add: (row: CaptureRow, text: Buffer | null, signature: Uint32Array | null) => void;
  /** Writes the rest, syncs, and gives the file its name: the digest of its bytes. */
  readonly finish: (head: SegmentHead) => Hex;
  /** Closes the unfinished file; the next start removes it. */
  readonly abandon: () => void;
}

/**
 * Opens a segment under a temporary name in `folder`.
 * The layout is described in `docs/provenance-format.md`; the same input gives the same bytes.
 */
export function segmentWriter(folder: string, temporaryName: string): SegmentWriter {
  mkdirSync(folder, { recursive: true });
  const temporary = join(folder, `.unfinished-${temporaryName}`);
  const file = openSync(temporary, "w");
  const hash = createHash("sha256");
  const at = { position: 0 };
  const put = (bytes: Uint8Array): void => append(file, hash, at, bytes);
  put(Buffer.from(segmentMagic));

  const captures = frameSink(put, at, frameBytes.captures);
  const texts = frameSink(put, at, frameBytes.texts);
  const textLengths: number[] = [];
  const signatures: Uint32Array[] = [];

  let open = true;
  const close = (): void => {
    if (open) closeSync(file);
    open = false;
  };
  return {
    add(row, text, signature) {
      captures.add(Buffer.from(`${JSON.stringify(row)}\n`));
      textLengths.push(text?.length ?? 0);
      if (text === null || signature === null) return;
      texts.add(text);
      signatures.push(signature);
    },
    finish(head) {
      const footer: SegmentFooter = {
        head,
        captures: captures.end(),
        texts: texts.end(),
        textLengths,
        signatures: { offset: at.position, length: 0, rawLength: 0 },
      };
      const raw = signatureBytes(signatures);
      put(raw);
      const packed = zstdCompressSync(
        JSON.stringify({ ...footer, signatures: { ...footer.signatures, length: raw.length, rawLength: raw.length } }),
        zstdOptions,
      );
      put(packed);
      const tail = Buffer.alloc(8);
      tail.writeBigUInt64LE(BigInt(packed.length));
      put(tail);
      fsyncSync(file);
      close();
      const digest = hash.digest("hex");
      const path = segmentPath(folder, digest);
      mkdirSync(dirname(path), { recursive: true });
      renameDurablySync(temporary, path);
      return digest;
    },
    abandon: close,
  };
}

const zstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 } };

function frameSink(
  put: (bytes: Uint8Array) => void,
  at: { readonly position: number },
  fullBytes: number,
): { readonly add: (bytes: Buffer) => void; readonly end: () => readonly SegmentFrame[] } {
  const frames: SegmentFrame[] = [];
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  const flush = (): void => {
    if (waitingBytes === 0) return;
    const packed = zstdCompressSync(Buffer.concat(waiting, waitingBytes), zstdOptions);
    frames.push({ offset: at.position, length: packed.length, rawLength: waitingBytes });
    put(packed);
    waiting = [];
    waitingBytes = 0;
  };
  return {
    add(bytes) {
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (waitingBytes >= fullBytes) flush();
    },
    end() {
      flush();
      return frames;
    },
  };
}

function append(file: number, hash: Hash, at: { position: number }, bytes: Uint8Array): void {
  hash.update(bytes);
  let written = 0;
  // A full disk may take a part of the bytes before it refuses the rest.
  while (written < bytes.length) written += writeSync(file, bytes, written);
  at.position += bytes.length;
}

function signatureBytes(signatures: readonly Uint32Array[]): Buffer {
  const bytes = Buffer.alloc(signatures.reduce((sum, { length }) => sum + length * 4, 0));
  let position = 0;
  for (const signature of signatures) for (const slot of signature) position = bytes.writeUInt32LE(slot, position);
  return bytes;
}
