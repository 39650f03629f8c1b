import { join } from "node:path";

import { PipelineError } from "../core/errors.ts";
import { canonicalJson } from "./canonical-json.ts";
import { corpusCounts } from "./corpus-counts.ts";
import type { ManifestRow } from "./document-row.ts";
import { lineWriter } from "./line-writer.ts";
import type { Manifest } from "./manifest-head.ts";
import { documentsPath } from "./manifest-text.ts";
import { merkleTree } from "./merkle.ts";
import { shardPlan, type ShardMaker } from "./shard-plan.ts";
import type { ShardText } from "./write-shard.ts";

/** A row before its text has a place in the manifest. */
export type UnplacedRow = Omit<ManifestRow, "text"> & {
  readonly text: Pick<ManifestRow["text"], "bytes" | "words">;
  /** Where the text lies until then. */
  readonly source: Pick<ShardText, "segmentSha256" | "position">;
};

export interface RowSource {
  /** In ascending order of id, each once. */
  readonly rows: Iterable<UnplacedRow> | AsyncIterable<UnplacedRow>;
  readonly makeShard: ShardMaker;
  /** Shards that are made at the same time; 1. */
  readonly shardsAtOnce?: number;
  readonly signal?: AbortSignal;
  /** Bytes of text, unpacked, after which a new shard is begun; 64 MiB. */
  readonly shardBytes?: number;
}

/** Writes rows in one pass, counts them and hashes them into the tree as they go by, and has their texts put into shards. */
export async function writeRows(
  folder: string,
  { rows, makeShard, shardsAtOnce = 1, signal, shardBytes = 64 * 1024 * 1024 }: RowSource,
): Promise<Pick<Manifest, "root" | "totals" | "languages" | "licences" | "files">> {
  const tree = merkleTree();
  const counts = corpusCounts();
  await using rowWriter = await lineWriter(join(folder, documentsPath));
  await using shards = shardPlan(folder, makeShard, shardBytes, shardsAtOnce);
  let lastId = "";
  for await (const { text, source, ...row } of rows) {
    if (signal?.aborted === true) throw new PipelineError("interrupted", "stopped before the manifest was complete");
    if (row.id <= lastId) throw broken(`row ${row.id} does not come after ${lastId}`);
    lastId = row.id;
    const { bytes, words } = text;
    const place = await shards.add({ id: row.id, textSha256: row.digests.textSha256, bytes, ...source });
    const line = canonicalJson({ ...row, text: { ...place, ...text } } satisfies ManifestRow);
    tree.push(line);
    await rowWriter.write(`${line}\n`);
    counts.add({ language: row.language.code, licence: row.licence.id, textBytes: bytes, words });
  }
  const files = [{ path: documentsPath, ...(await rowWriter.finish()) }, ...(await shards.finish())];
  return { root: tree.root().toString("hex"), ...counts.result(), files };
}

function broken(what: string): PipelineError {
  return new PipelineError("manifest-broken", `the manifest was not written: ${what}`);
}
