import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { PipelineError } from "../core/errors.ts";
import type { Hex } from "../core/records.ts";
import { canonicalDigest } from "./canonical-json.ts";
import type { Manifest, ManifestHead } from "./manifest-head.ts";
import { digestList, digestListPath, manifestPath, manifestText } from "./manifest-text.ts";
import { manifestSums } from "./manifest-sums.ts";
import { syncFolder, writeSynced } from "../files/durable.ts";
import { replaceFolder } from "../files/replace-folder.ts";
import { writeRows, type RowSource } from "./write-rows.ts";

export interface BuildInput extends RowSource {
  /** Where the manifest shall stand; one that is there is replaced when the new one is complete. */
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
 * one, flushes them, and swaps the folders last: what stands there is the old manifest or the new one. Memory does not
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
    format: "colophon-manifest/1",
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
