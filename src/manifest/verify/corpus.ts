import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { PipelineError } from "../../core/errors.ts";
import type { Hex } from "../../core/records.ts";
import {
  corpusDigestList,
  corpusHeadPath,
  corpusRoot,
  partitionPath,
  type CorpusHead,
  type PartitionHead,
} from "../corpus-head.ts";
import { idLists } from "../id-lists.ts";
import type { Manifest } from "../manifest-head.ts";
import { canonicalJson, digestListPath, manifestPath } from "../manifest-text.ts";
import { bytesOfFile } from "../open-file.ts";
import { verifyDigestList } from "./files.ts";
import { findings, type Findings } from "./findings.ts";
import { headOf } from "./head.ts";
import type { ArchiveState } from "./sources.ts";
import { verifyManifest, type VerifyOptions, type VerifyProgress, type VerifyReport } from "./verify.ts";

/**
 * Checks a manifest in partitions: each by itself as `verifyManifest` does, then what `corpus.json` says of them, that they
 * are of one corpus, policy and set of archives, and that no document is in two. Each archive is looked at once. The root
 * of the report is the corpus' own.
 * @throws {PipelineError} `not-found` when there is no `corpus.json`; `interrupted`
 */
export async function verifyCorpusManifest(directory: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const { sample = null, limit = 100 } = options;
  const report = findings(limit);
  const bytes = await headBytes(directory);
  const seen = { root: null as Hex | null, documents: 0, texts: 0, rederived: 0, unlisted: 0 };
  const head = headOf(bytes, corpusHeadPath, "corpus", report) as CorpusHead | null;
  if (head === null) return reportOf(report, seen);
  await verifyFolder(directory, head, createHash("sha256").update(bytes).digest("hex"), report);
  const stated = sum(head.partitions.map(({ documents }) => documents));
  report.expect("totals", "documents", String(head.documents), String(stated));
  const archivesSeen = new Map<Hex, ArchiveState>();
  const [ids, roots] = [idLists(), [] as Hex[]];
  let [before, first, whole] = [0, null as Manifest | null, true];
  for (const [number, partition] of head.partitions.entries()) {
    const { path } = partition;
    report.expect("partition", `partitions.${number}.path`, partitionPath(number), path);
    // A sample of all is shared by the partitions as their documents are.
    const shareUpTo = (documents: number): number => Math.round(((sample ?? 0) * documents) / Math.max(1, stated));
    const share = sample === null ? null : shareUpTo(before + partition.documents) - shareUpTo(before);
    before += partition.documents;
    const manifest = await manifestIn(join(directory, path));
    if (manifest === null) {
      report.add({ what: "file-missing", where: `${path}/${manifestPath}`, expected: "a manifest", found: "none" });
      roots.push(partition.root);
      whole = false;
      continue;
    }
    const found = await verifyManifest(join(directory, path), {
      ...options,
      sample: share,
      archivesSeen,
      onRow: ids.begin(),
      onProgress: (progress) => options.onProgress?.(together(progress, seen, head.documents, sample)),
    });
    for (const one of found.disagreements) report.add({ ...one, where: `${path}: ${one.where}` });
    seen.unlisted += found.disagreementCount - found.disagreements.length;
    verifyStated(partition, manifest, found, report);
    roots.push(found.root ?? partition.root);
    whole &&= found.root !== null;
    seen.documents += found.documents;
    seen.texts += found.texts;
    seen.rederived += found.rederived;
    if (manifest.value !== null) {
      report.expect("partition-differs", `${path} corpus`, head.corpus, manifest.value.corpus);
      if (first === null) first = manifest.value;
      else sameCorpus(path, first, manifest.value, report);
    }
  }
  const root = corpusRoot(roots);
  report.expect("root", "root", head.root, root);
  for (const id of ids.inSeveral()) {
    report.add({ what: "partition-twice", where: id, expected: "a row of one partition", found: "rows of several" });
  }
  return reportOf(report, { ...seen, root: whole ? root : null });
}

type Seen = Pick<VerifyReport, "root" | "documents" | "texts" | "rederived"> & { readonly unlisted: number };

function reportOf(report: Findings, { unlisted, ...seen }: Seen): VerifyReport {
  const disagreementCount = report.count() + unlisted;
  return { ok: disagreementCount === 0, ...seen, disagreements: report.kept, disagreementCount };
}

async function headBytes(directory: string): Promise<Buffer> {
  const bytes = await bytesOfFile(directory, corpusHeadPath);
  if (typeof bytes !== "string") return bytes;
  const path = join(directory, corpusHeadPath);
  throw new PipelineError("not-found", `there is no manifest to verify: ${path} cannot be read (${bytes})`, { path });
}

/** Beside the partitions there are two files and nothing else. */
async function verifyFolder(directory: string, head: CorpusHead, sha256: Hex, report: Findings): Promise<void> {
  await verifyDigestList(directory, corpusDigestList(head, sha256), report);
  const known = new Set([...head.partitions.map(({ path }) => path), corpusHeadPath, digestListPath]);
  for (const name of (await readdir(directory)).sort()) {
    if (!known.has(name)) report.add({ what: "file-unlisted", where: name, expected: "no such file", found: "a file" });
  }
}

interface ManifestFile {
  readonly sha256: Hex;
  /** `null`: none of our form; that is found elsewhere. */
  readonly value: Manifest | null;
}

async function manifestIn(directory: string): Promise<ManifestFile | null> {
  const bytes = await bytesOfFile(directory, manifestPath);
  if (typeof bytes === "string") return null;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { sha256, value: headOf(bytes, manifestPath, "manifest", findings(0)) as Manifest | null };
}

function verifyStated(stated: PartitionHead, manifest: ManifestFile, found: VerifyReport, report: Findings): void {
  const { path } = stated;
  report.expect("partition", `${path} manifestSha256`, stated.manifestSha256, manifest.sha256);
  if (found.root === null) return;
  report.expect("partition", `${path} root`, stated.root, found.root);
  report.expect("partition", `${path} documents`, String(stated.documents), String(found.documents));
}

/** All partitions are of one policy and one set of archives. */
function sameCorpus(path: string, first: Manifest, manifest: Manifest, report: Findings): void {
  for (const key of ["software", "ledgerVersion", "policy", "sources"] as const) {
    report.expect("partition-differs", `${path} ${key}`, canonicalJson(first[key]), canonicalJson(manifest[key]));
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((so, number) => so + number, 0);
}

/** Those of one partition, on top of what was done before it. */
function together(progress: VerifyProgress, done: Seen, documentsInAll: number, sample: number | null): VerifyProgress {
  return {
    ...progress,
    documents: done.documents + progress.documents,
    documentsInAll,
    rederived: done.rederived + progress.rederived,
    rederivedInAll: progress.rederivedInAll === 0 ? 0 : Math.min(sample ?? documentsInAll, documentsInAll),
  };
}
