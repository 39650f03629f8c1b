import { createHash } from "node:crypto";
import { join } from "node:path";

import { PipelineError } from "../core/errors.ts";
import { canonicalJson } from "./canonical-json.ts";
import { corpusCounts } from "./corpus-counts.ts";
import type { ManifestRow } from "./document-row.ts";
import { lineWriter, type LineWriter } from "./line-writer.ts";
import type { Manifest, ManifestFile } from "./manifest-head.ts";
import { documentsPath, shardPath } from "./manifest-text.ts";
import { merkleTree } from "./merkle.ts";

/** A row before its text has a place. */
export type UnplacedRow = Omit<ManifestRow, "text"> & { readonly words: number };

export interface RowSource {
  /** In ascending order of id, each once. */
  readonly rows: Iterable<UnplacedRow> | AsyncIterable<UnplacedRow>;
  /** The text that the row's `textSha256` is the digest of. */
  readonly textOf: (row: UnplacedRow) => string | Promise<string>;
  readonly signal?: AbortSignal;
  /** Bytes of text, unpacked, after which a new shard is begun; 64 MiB. */
  readonly shardBytes?: number;
}

/** Writes rows and texts in one pass, and counts them and hashes them into the tree as they go by. */
export async function writeRows(
  folder: string,
  { rows, textOf, signal, shardBytes = 64 * 1024 * 1024 }: RowSource,
): Promise<Pick<Manifest, "root" | "totals" | "languages" | "licences" | "files">> {
  const tree = merkleTree();
  const counts = corpusCounts();
  await using rowWriter = await lineWriter(join(folder, documentsPath));
  await using shards = shardWriter(folder, shardBytes);
  let lastId = "";
  for await (const row of rows) {
    if (signal?.aborted === true) throw new PipelineError("interrupted", "stopped before the manifest was complete");
    if (row.id <= lastId) throw broken(`row ${row.id} does not come after ${lastId}`);
    lastId = row.id;
    const text = await textOf(row);
    const sha256 = createHash("sha256").update(text).digest("hex");
    if (sha256 !== row.digests.textSha256) {
      throw broken(`the text of ${row.id} has SHA-256 ${sha256}, but its row says ${row.digests.textSha256}`);
    }
    const { words, ...rest } = row;
    const bytes = Buffer.byteLength(text);
    const place = await shards.write(canonicalJson({ id: row.id, text }), bytes);
    const line = canonicalJson({ ...rest, text: { ...place, bytes, words } } satisfies ManifestRow);
    tree.push(line);
    await rowWriter.write(line);
    counts.add({ language: row.language.code, licence: row.licence.id, textBytes: bytes, words });
  }
  const files = [{ path: documentsPath, ...(await rowWriter.finish()) }, ...(await shards.finish())];
  return { root: tree.root().toString("hex"), ...counts.result(), files };
}

interface ShardWriter extends AsyncDisposable {
  readonly write: (line: string, textBytes: number) => Promise<{ readonly shard: string; readonly index: number }>;
  readonly finish: () => Promise<readonly ManifestFile[]>;
}

function shardWriter(folder: string, shardBytes: number): ShardWriter {
  const files: ManifestFile[] = [];
  let current: { readonly writer: LineWriter; readonly path: string; lines: number; bytes: number } | null = null;

  async function close(): Promise<void> {
    if (current === null) return;
    files.push({ path: current.path, ...(await current.writer.finish()) });
    await current.writer[Symbol.asyncDispose]();
    current = null;
  }

  return {
    async write(line, textBytes) {
      if (current !== null && current.bytes + textBytes > shardBytes) await close();
      if (current === null) {
        const path = shardPath(files.length);
        current = { path, writer: await lineWriter(join(folder, path)), lines: 0, bytes: 0 };
      }
      await current.writer.write(line);
      current.bytes += textBytes;
      return { shard: current.path, index: current.lines++ };
    },
    async finish() {
      await close();
      return files;
    },
    async [Symbol.asyncDispose]() {
      await current?.writer[Symbol.asyncDispose]();
    },
  };
}

function broken(what: string): PipelineError {
  return new PipelineError("manifest-broken", `the manifest was not written: ${what}`);
}
