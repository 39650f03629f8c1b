import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { constants, createZstdCompress } from "node:zlib";

import { semaphore } from "../async/limit.ts";
import { PipelineError } from "../core/errors.ts";
import type { Hex } from "../core/records.ts";
import { inSegmentOrder, type TextLocation } from "../core/text-order.ts";
import { writeAll } from "../files/durable.ts";
import type { ManifestFile } from "./manifest-head.ts";
import { shardPath } from "./manifest-text.ts";
import { textLineOf } from "./text-line.ts";

/** A text that is to go into a shard, and where it is until then. */
export interface ShardText extends TextLocation {
  /** Of its row. */
  readonly id: Hex;
  readonly textSha256: Hex;
  /** In UTF-8. */
  readonly bytes: number;
}

export type WrittenFile = Omit<ManifestFile, "path">;

/**
 * Writes the texts of one shard, in their order, into a new file. They are read segment by segment, which unpacks each
 * frame once, and held as lines until all are there: about as many bytes as the shard has.
 * @throws {PipelineError} `manifest-broken` when a text is not the one that its row names; `interrupted`
 */
export async function writeShard(
  path: string,
  texts: readonly ShardText[],
  readText: (text: ShardText) => string | Promise<string>,
  signal?: AbortSignal,
): Promise<WrittenFile> {
  const lines: Buffer[] = [];
  for (const index of inSegmentOrder(texts)) {
    if (signal?.aborted === true) throw new PipelineError("interrupted", "stopped before the manifest was complete");
    const asked = texts[index];
    if (asked !== undefined) lines[index] = lineOf(asked, await readText(asked));
  }
  await using writer = await lineWriter(path);
  for (const line of lines) await writer.write(line);
  return await writer.finish();
}

function lineOf({ id, textSha256, bytes }: ShardText, text: string): Buffer {
  const sha256 = createHash("sha256").update(text).digest("hex");
  if (sha256 !== textSha256 || Buffer.byteLength(text) !== bytes) {
    throw new PipelineError(
      "manifest-broken",
      `the manifest was not written: the text of ${id} has SHA-256 ${sha256} and ${Buffer.byteLength(text)} bytes, but its row says ${textSha256} and ${bytes}`,
    );
  }
  return Buffer.from(`${textLineOf(id, text)}\n`);
}

/** Writes a shard of these texts, in their order, into a new file; the bytes are those of `writeShard`, whichever process does it. */
export type ShardMaker = (path: string, texts: readonly ShardText[]) => Promise<WrittenFile>;

/** Gives each text its place, from its length alone, and has the shards made while the next ones are planned. */
interface ShardPlan extends AsyncDisposable {
  readonly add: (text: ShardText) => Promise<{ readonly shard: string; readonly index: number }>;
  readonly finish: () => Promise<readonly ManifestFile[]>;
}

/**
 * @param shardBytes bytes of text after which a new shard is begun; a longer text has a shard of its own
 * @param atOnce shards that are being made at the same time
 */
export function shardPlan(folder: string, makeShard: ShardMaker, shardBytes: number, atOnce: number): ShardPlan {
  const files: Promise<ManifestFile>[] = [];
  const room = semaphore(atOnce);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  let texts: ShardText[] = [];
  let bytes = 0;

  async function close(): Promise<void> {
    if (texts.length === 0) return;
    // Once a shard has failed no other is begun.
    const leave = await Promise.race([failed.promise, room.acquire()]);
    const path = shardPath(files.length);
    const made = makeShard(join(folder, path), texts).then((written) => ({ path, ...written }));
    made.then(leave, failed.reject);
    files.push(made);
    texts = [];
    bytes = 0;
  }

  return {
    async add(text) {
      if (bytes + text.bytes > shardBytes) await close();
      texts.push(text);
      bytes += text.bytes;
      return { shard: shardPath(files.length), index: texts.length - 1 };
    },
    async finish() {
      await close();
      return Promise.all(files);
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(files);
    },
  };
}

/** Writes lines into one file of one zstd frame. */
interface LineWriter extends AsyncDisposable {
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
      await writeAll(file, piece, bytes);
      bytes += piece.length;
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
