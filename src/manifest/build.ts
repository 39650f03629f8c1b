import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { PipelineError } from "../core/errors.ts";
import type { Hex } from "../core/records.ts";
import { syncFolder, writeSynced, replaceFolder } from "../files/durable.ts";
import type { Manifest, ManifestHead } from "./manifest-head.ts";
import { licenceInForce, type ManifestRow, type UnplacedRow } from "./manifest-row.ts";
import { manifestSums, corpusCounts } from "./manifest-sums.ts";
import {
  canonicalDigest,
  canonicalJson,
  digestList,
  digestListPath,
  documentsPath,
  manifestPath,
  manifestText,
} from "./manifest-text.ts";
import { merkleTree } from "./merkle.ts";
import { lineWriter, shardPlan, type ShardMaker } from "./write-shard.ts";

export interface BuildInput extends RowSource {
  /** Where the manifest shall be; one that is there is replaced when the new one is complete. */
  readonly directory: string;
  readonly head: ManifestHead;
}

export interface BuildResult {
  readonly root: Hex;
  readonly documents: number;
  /** SHA-256 of `manifest.json`, which names every other file and the root: with it, all of them can be checked. */
  readonly manifestSha256: Hex;
}

/**
 * Writes `manifest.json`, `documents.jsonl.zst`, `text/NNNNN.jsonl.zst` and `SHA256SUMS` into a folder beside the wanted
 * one, flushes them, and swaps the folders last: what is there is the old manifest or the new one. Memory does not
 * grow with the corpus. The same rows and head give the same root, and under one version of zstd the same bytes.
 * @throws {PipelineError} `manifest-broken` when rows are out of order, a text is not that of its row or the numbers of the
 * head do not add up; `disk-full`; `interrupted`
 */
export async function buildManifest(input: BuildInput): Promise<BuildResult> {
  return replaceFolder(input.directory, async (building) => fill(building, input));
}

async function fill(folder: string, input: BuildInput): Promise<BuildResult> {
  await mkdir(join(folder, "text"));
  const { policy, ...head } = input.head;
  const manifest: Manifest = {
    format: "colophon-manifest/2",
    ...head,
    policy: { sha256: canonicalDigest(policy), document: policy },
    ...(await writeRows(folder, input)),
  };
  const [wrong] = manifestSums(manifest);
  if (wrong !== undefined) {
    const { where, expected, found } = wrong;
    throw new PipelineError("manifest-broken", `the manifest was not written: ${where} is ${found}, not ${expected}`);
  }
  const text = manifestText(manifest);
  const manifestSha256 = createHash("sha256").update(text).digest("hex");
  await writeSynced(join(folder, manifestPath), text);
  await writeSynced(join(folder, digestListPath), digestList(manifest.files, manifestSha256));
  await syncFolder(join(folder, "text"));
  await syncFolder(folder);
  return { root: manifest.root, documents: manifest.totals.documents, manifestSha256 };
}

interface RowSource {
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
async function writeRows(
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
    counts.add({ language: row.language.code, licence: licenceInForce(row), textBytes: bytes, words });
  }
  const files = [{ path: documentsPath, ...(await rowWriter.finish()) }, ...(await shards.finish())];
  return { root: tree.root().toString("hex"), ...counts.result(), files };
}

function broken(what: string): PipelineError {
  return new PipelineError("manifest-broken", `the manifest was not written: ${what}`);
}
