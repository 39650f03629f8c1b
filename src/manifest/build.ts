import { createHash } from "node:crypto";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

import { PipelineError } from "../core/errors.ts";
import type { Hex } from "../core/records.ts";
import { canonicalDigest } from "./canonical-json.ts";
import type { Manifest, ManifestHead } from "./manifest-head.ts";
import { digestList, digestListPath, manifestPath, manifestText } from "./manifest-text.ts";
import { manifestSums } from "./manifest-sums.ts";
import { writeRows, type RowSource } from "./write-rows.ts";

export interface BuildInput extends RowSource {
  /** Where the manifest shall stand; one that is there is replaced when the new one is complete. */
  readonly directory: string;
  readonly head: ManifestHead;
}

export interface BuildResult {
  readonly root: Hex;
  readonly documents: number;
  /** SHA-256 of `manifest.json`, which names every other file and the root: whoever knows it can check all of them. */
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
  const building = `${input.directory}.building`;
  const old = `${input.directory}.old`;
  // Stopped between the two renames below, the folder is gone but nothing is lost.
  if (!(await exists(input.directory)) && (await exists(old))) await rename(old, input.directory);
  try {
    await rm(building, { recursive: true, force: true });
    await mkdir(join(building, "text"), { recursive: true });
    const result = await fill(building, input);
    await rm(old, { recursive: true, force: true });
    if (await exists(input.directory)) await rename(input.directory, old);
    await rename(building, input.directory);
    await flush(dirname(input.directory));
    await rm(old, { recursive: true, force: true });
    return result;
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    if (error instanceof Error && "code" in error && error.code === "ENOSPC") {
      throw new PipelineError("disk-full", `no space left to write ${input.directory}`, { path: building }, error);
    }
    throw error;
  }
}

async function fill(folder: string, input: BuildInput): Promise<BuildResult> {
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
  await writeDurably(join(folder, manifestPath), text);
  await writeDurably(join(folder, digestListPath), digestList(manifest.files, manifestSha256));
  await flush(join(folder, "text"));
  await flush(folder);
  return { root: manifest.root, documents: manifest.totals.documents, manifestSha256 };
}

async function writeDurably(path: string, text: string): Promise<void> {
  await using file = await open(path, "wx");
  await file.writeFile(text);
  await file.sync();
}

async function flush(folder: string): Promise<void> {
  await using file = await open(folder, "r");
  await file.sync();
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
