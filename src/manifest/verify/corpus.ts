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
import { checksTogether, notAtAll, unreadChecks, type Checks } from "./checks.ts";
import { verifyDigestList } from "./files.ts";
import { findings, type Findings } from "./findings.ts";
import { headOf } from "./head.ts";
import type { ArchiveState } from "./sources.ts";
import { rootCheck, verifyManifest, type VerifyOptions, type VerifyProgress, type VerifyReport } from "./verify.ts";

/**
 * Checks a manifest in partitions: each by itself as `verifyManifest` does, then what `corpus.json` says of them, that they
 * are of one corpus, policy and set of archives, and that no document is in two. Each archive is looked at once. The root
 * of the report is the corpus' own.
 * @throws {PipelineError} `not-found` when there is no `corpus.json`; `interrupted`
 */
export async function verifyCorpusManifest(directory: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const { limit = 100, root: wanted, ...ofPartition } = options;
  const report = findings(limit);
  const bytes = await headBytes(directory);
  const walk = newWalk();
  const head = headOf(bytes, corpusHeadPath, "corpus", report) as CorpusHead | null;
  if (head === null) {
    const unread = notAtAll(`${corpusHeadPath} cannot be read`);
    return reportOf(report, walk.seen, checksTogether([unreadChecks(unread)], rootCheck(null, wanted, report)));
  }
  await verifyFolder(directory, head, createHash("sha256").update(bytes).digest("hex"), report);
  report.expect("totals", "documents", String(head.documents), String(documentsIn(head.partitions)));
  const shared = { archives: new Map<Hex, ArchiveState>(), clusters: new Set<Hex>() };
  const ids = idLists();
  for (const [number, partition] of head.partitions.entries()) {
    const { path } = partition;
    report.expect("partition", `partitions.${number}.path`, partitionPath(number), path);
    const manifest = await manifestIn(directory, path);
    if (manifest === null) {
      report.add({ what: "file-missing", where: `${path}/${manifestPath}`, expected: "a manifest", found: "none" });
      passOver(walk, partition);
      continue;
    }
    const sample = options.sample ?? null;
    const found = await verifyManifest(join(directory, path), {
      ...ofPartition,
      limit,
      sample: sample === null ? null : shareOf(sample, head.partitions, number),
      partitions: { ...shared, number, count: head.partitions.length },
      onRow: ids.begin(),
      onProgress: (progress) => options.onProgress?.(together(progress, walk.seen, head.documents, sample)),
    });
    for (const one of found.disagreements) report.add({ ...one, where: `${path}: ${one.where}` });
    verifyStated(partition, manifest, found, report);
    count(walk, partition, found);
    if (manifest.value !== null) walk.first = sameCorpus(head, path, [walk.first, manifest.value], report);
  }
  const root = corpusRoot(walk.roots);
  report.expect("root", "root", head.root, root);
  for (const id of ids.inSeveral()) {
    report.add({ what: "partition-twice", where: id, expected: "a row of one partition", found: "rows of several" });
  }
  walk.seen.root = walk.whole ? root : null;
  return reportOf(report, walk.seen, checksTogether(walk.checks, rootCheck(walk.seen.root, wanted, report)));
}

/** What the partitions have shown so far. */
interface Walk {
  readonly seen: Seen;
  readonly checks: Checks[];
  readonly roots: Hex[];
  /** Of the first partition that can be read. */
  first: Manifest | null;
  /** All roots are of rows that were read. */
  whole: boolean;
}

interface Seen {
  root: Hex | null;
  documents: number;
  texts: number;
  rederived: number;
  unlisted: number;
}

function newWalk(): Walk {
  const seen = { root: null, documents: 0, texts: 0, rederived: 0, unlisted: 0 };
  return { seen, checks: [], roots: [], first: null, whole: true };
}

function passOver(walk: Walk, { path, root }: PartitionHead): void {
  walk.roots.push(root);
  walk.checks.push(unreadChecks(notAtAll(`${path}/${manifestPath} cannot be read`)));
  walk.whole = false;
}

function count(walk: Walk, { root }: PartitionHead, found: VerifyReport): void {
  const { seen } = walk;
  walk.roots.push(found.root ?? root);
  walk.checks.push(found.checks);
  walk.whole &&= found.root !== null;
  seen.unlisted += found.disagreementCount - found.disagreements.length;
  seen.documents += found.documents;
  seen.texts += found.texts;
  seen.rederived += found.rederived;
}

/** A sample of all is shared by the partitions as their documents are. */
function shareOf(sample: number, partitions: readonly PartitionHead[], number: number): number {
  const all = Math.max(1, documentsIn(partitions));
  const upTo = (end: number): number => Math.round((sample * documentsIn(partitions.slice(0, end))) / all);
  return upTo(number + 1) - upTo(number);
}

function reportOf(report: Findings, { unlisted, ...seen }: Seen, checks: Checks): VerifyReport {
  const disagreementCount = report.count() + unlisted;
  return { ok: disagreementCount === 0, ...seen, checks, disagreements: report.kept, disagreementCount };
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

async function manifestIn(directory: string, partition: string): Promise<ManifestFile | null> {
  const bytes = await bytesOfFile(directory, `${partition}/${manifestPath}`);
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

/** All partitions are of one corpus, one policy and one set of archives. @returns the first of them */
function sameCorpus(
  { corpus }: CorpusHead,
  path: string,
  [first, manifest]: readonly [first: Manifest | null, manifest: Manifest],
  report: Findings,
): Manifest {
  report.expect("partition-differs", `${path} corpus`, corpus, manifest.corpus);
  if (first === null) return manifest;
  for (const key of ["software", "ledgerVersion", "policy", "sources"] as const) {
    report.expect("partition-differs", `${path} ${key}`, canonicalJson(first[key]), canonicalJson(manifest[key]));
  }
  return first;
}

function documentsIn(partitions: readonly PartitionHead[]): number {
  return partitions.reduce((sum, { documents }) => sum + documents, 0);
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
