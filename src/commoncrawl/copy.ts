import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

import { unlessInterrupted } from "../async/abort.ts";
import { eachOf } from "../async/limit.ts";
import { onceEvery } from "../async/throttle.ts";
import { PipelineError } from "../core/errors.ts";
import { parsedOrNull } from "../core/json-shape.ts";
import { writeWhole } from "../files/durable.ts";
import { openCommonCrawl, type CommonCrawl, type CommonCrawlAccess } from "./access.ts";
import type { Refusal } from "./copied-record.ts";
import { copyRecords } from "./copy-records.ts";
import type { Copied, CopyRun, CopySpec } from "./copy-spec.ts";
import { copyWhole } from "./copy-whole.ts";
import {
  selectFromCommonCrawl,
  selected as selectedShape,
  type CommonCrawlSelection,
  type Selected,
  type Selecting,
} from "./select.ts";

export interface CommonCrawlRequest {
  readonly access: CommonCrawlAccess;
  readonly selection: CommonCrawlSelection;
}

export interface CopyProgress {
  /** Groups that are done, and all groups; both 0 while the index is queried. */
  readonly done: number;
  readonly groups: number;
  /** Fetched in this run. */
  readonly bytes: number;
  /** Records selected so far, or copied. */
  readonly records: number;
  readonly words: string;
}

/** The archive that a group became. */
export interface CopiedArchive {
  readonly path: string;
  /** The file that it is a copy of as a whole; `null` for selected records, which say so themselves. */
  readonly whole: { readonly crawl: string; readonly file: string } | null;
}

export interface CopyReport {
  readonly groups: number;
  /** Records in archives; 0 for whole files, whose records have not been counted yet. */
  readonly records: number;
  /** Of all archives, including those of earlier runs. */
  readonly bytes: number;
  readonly fetchedBytes: number;
  readonly refused: readonly Refusal[];
  /** Files that could not be copied, and why; the others were. */
  readonly failures: readonly { readonly path: string; readonly message: string }[];
  readonly archives: readonly CopiedArchive[];
}

/**
 * Copies what a spec names into an archive in the folder of the run: the same bytes everywhere and at any time. A
 * finished copy is not fetched again; a stopped one continues.
 * @throws {PipelineError} `source-changed`, `source-refused`, `source-unreachable`, `interrupted`, `disk-full`
 */
export async function copyGroup({ crawl, file, rows }: CopySpec, run: CopyRun): Promise<Copied> {
  return rows === null ? copyWhole({ crawl, file, rows }, run) : copyRecords({ crawl, file, rows }, run);
}

/** Copies one group; it may do so on another machine. */
export type CopyOne = (spec: CopySpec, onBytes: (bytes: number) => void, signal: AbortSignal) => Promise<Copied>;

/** Where the archives go, and who is notified of them. */
export interface CommonCrawlRun {
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Notified of each archive as soon as it is whole. */
  readonly onArchive: (archive: CopiedArchive) => void;
  readonly onProgress: (progress: CopyProgress) => void;
  /** Makes the function that copies one group; `source` is open in this process and may be used for it. */
  readonly copyOneWith: (source: CommonCrawl) => CopyOne;
}

/** What a run has done so far. */
interface Tally {
  readonly groups: readonly CopySpec[];
  /** One a group; `null` until it is done. */
  readonly copied: (Copied | null)[];
  readonly failures: { path: string; message: string }[];
  done: number;
  fetchedBytes: number;
  records: number;
}

/**
 * Selects from a crawl and copies, a few files at a time, into archives of the corpus. Continues where it was stopped:
 * the index is not queried again, and no byte that is on disk is fetched again.
 */
export async function copyFromCommonCrawl(request: CommonCrawlRequest, run: CommonCrawlRun): Promise<CopyReport> {
  await using source = openCommonCrawl(request.access);
  const { folder, signal } = run;
  const isDue = onceEvery(progressEveryMs);
  const onSelected = (records: number, words: string): void => {
    if (isDue()) run.onProgress({ done: 0, groups: 0, bytes: 0, records, words });
  };
  const selected = await unlessInterrupted(selectedOnce(request, folder, source, { signal, onSelected }), signal);
  const { groups, refused } = selected ?? { groups: [], refused: [] };
  const tally: Tally = { groups, copied: groups.map(() => null), failures: [], done: 0, fetchedBytes: 0, records: 0 };
  const copyOne = run.copyOneWith(source);
  const copying = eachOf(groups, source.connections, signal, async (spec, at, either) => {
    const onBytes = (more: number): void => {
      tally.fetchedBytes += more;
      const { done, fetchedBytes: bytes, records } = tally;
      if (isDue()) run.onProgress({ done, groups: groups.length, bytes, records, words: spec.file });
    };
    await copyNext(tally, at, run.onArchive, async () => copyOne(spec, onBytes, either));
    onBytes(0);
  });
  // When the caller stops the run, what was done until then is a result, not a failure.
  await unlessInterrupted(copying, signal);
  return reportOf(tally, refused);
}

/** Copies the group at `at`. A file that changed in the meantime does not stop the copying of others. */
async function copyNext(
  tally: Tally,
  at: number,
  onArchive: CommonCrawlRun["onArchive"],
  copy: () => Promise<Copied>,
): Promise<void> {
  const spec = tally.groups[at];
  if (spec === undefined) return;
  try {
    const result = await copy();
    tally.copied[at] = result;
    tally.records += result.records;
    const archive = archiveOf(result, spec);
    if (archive !== null) onArchive(archive);
  } catch (error) {
    if (!(error instanceof PipelineError) || error.code !== "source-changed") throw error;
    tally.failures.push({ path: spec.file, message: error.message });
  }
  tally.done++;
}

function reportOf(tally: Tally, refused: readonly Refusal[]): CopyReport {
  const { groups, copied, failures, records, fetchedBytes } = tally;
  const whole = copied.filter((result) => result !== null);
  return {
    groups: groups.length,
    records,
    bytes: whole.reduce((sum, result) => sum + result.bytes, 0),
    fetchedBytes,
    refused: [...refused, ...whole.flatMap((result) => result.refused)],
    failures,
    archives: groups.flatMap((spec, at) => {
      const result = copied[at] ?? null;
      const archive = result === null ? null : archiveOf(result, spec);
      return archive === null ? [] : [archive];
    }),
  };
}

function archiveOf({ path }: Copied, { crawl, file, rows }: CopySpec): CopiedArchive | null {
  return path === null ? null : { path, whole: rows === null ? { crawl, file } : null };
}

/** A selection is kept beside its archives: a run that continues uses the same one, whatever the index says by then. */
async function selectedOnce(
  { access, selection }: CommonCrawlRequest,
  folder: string,
  source: CommonCrawl,
  selecting: Selecting,
): Promise<Selected> {
  const { base, indexBase } = access;
  const asked = createHash("sha256")
    .update(JSON.stringify([base, indexBase, selection]))
    .digest("hex");
  const path = join(folder, `selection-${asked.slice(0, 16)}.json.gz`);
  const noted = notedSelection(path);
  if (noted !== null) return noted;
  const selected = await selectFromCommonCrawl(source, selection, selecting);
  mkdirSync(folder, { recursive: true });
  writeWhole(path, gzipSync(JSON.stringify(selected)));
  return selected;
}

/** `null`: not there, not whole, or not a selection; it is made again. */
function notedSelection(path: string): Selected | null {
  let json: string;
  try {
    json = gunzipSync(readFileSync(path)).toString("utf8");
  } catch {
    return null;
  }
  return parsedOrNull(selectedShape, json);
}

const progressEveryMs = 500;
