import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

import { copyRecords } from "./copy-records.ts";
import type { Refusal } from "./copied-record.ts";
import type { Copied, CopySpec } from "./copy-spec.ts";
import { copyWhole } from "./copy-whole.ts";
import { PipelineError } from "../core/errors.ts";
import { openCommonCrawl, type CommonCrawl, type CommonCrawlAccess } from "./access.ts";
import { selectFromCommonCrawl, type CommonCrawlSelection, type OnSelected, type Selected } from "./select.ts";

export interface CommonCrawlRequest {
  readonly access: CommonCrawlAccess;
  readonly selection: CommonCrawlSelection;
}

export interface CopyProgress {
  /** Groups done, and all that there are; both 0 while the index is asked. */
  readonly done: number;
  readonly groups: number;
  /** Fetched in this run. */
  readonly bytes: number;
  /** Records selected so far, or copied. */
  readonly records: number;
  readonly words: string;
}

/** An archive of the corpus that came of a group. */
export interface CopiedArchive {
  readonly path: string;
  /** The file that it is a copy of as a whole; `null` for selected records, which say so themselves. */
  readonly whole: { readonly crawl: string; readonly file: string } | null;
}

export interface CopyReport {
  readonly groups: number;
  /** Records in archives; 0 for whole files, whose records nobody has counted yet. */
  readonly records: number;
  /** Of all archives, those of earlier runs included. */
  readonly bytes: number;
  readonly fetchedBytes: number;
  readonly refused: readonly Refusal[];
  /** Files that could not be copied, and why; the others were. */
  readonly failures: readonly { readonly path: string; readonly message: string }[];
  readonly archives: readonly CopiedArchive[];
}

export interface CopyOptions {
  readonly source: CommonCrawl;
  readonly onBytes: (bytes: number) => void;
}

/**
 * Copies what a spec names into an archive in `folder`: the same bytes whoever does it and whenever. What is there is not
 * fetched again, what was stopped goes on.
 * @throws {PipelineError} `source-changed`, `source-refused`, `source-unreachable`, `interrupted`, `disk-full`
 */
export async function copyGroup(
  { crawl, file, rows }: CopySpec,
  folder: string,
  { source, onBytes }: CopyOptions,
  signal: AbortSignal,
): Promise<Copied> {
  return rows === null
    ? copyWhole({ crawl, file, rows }, folder, source.files, signal, onBytes)
    : copyRecords({ crawl, file, rows }, folder, source.files, signal, onBytes);
}

/** Does one group; another machine may. */
export type CopyOne = (spec: CopySpec, onBytes: (bytes: number) => void, signal: AbortSignal) => Promise<Copied>;

/**
 * Selects from a crawl and copies, a few files at a time, into archives of the corpus. Goes on where it was stopped: the
 * index is not asked again, and no byte is fetched twice that is on disk.
 * @param onArchive told of each archive as soon as it is whole
 * @param copyOneWith who copies one group; this process may with the source that is open here
 */
export async function copyFromCommonCrawl(
  request: CommonCrawlRequest,
  folder: string,
  signal: AbortSignal,
  onArchive: (archive: CopiedArchive) => void,
  onProgress: (progress: CopyProgress) => void,
  copyOneWith: (source: CommonCrawl) => CopyOne,
): Promise<CopyReport> {
  await using source = openCommonCrawl(request.access);
  let bytes = 0;
  let records = 0;
  let done = 0;
  const progress = throttled(onProgress);
  const selected = await unlessStopped(signal, async () =>
    selectedOnce(request, folder, source, signal, (found, words) =>
      progress({ done: 0, groups: 0, bytes, records: found, words }),
    ),
  );
  const { groups, refused } = selected ?? { groups: [], refused: [] };
  const copied: (Copied | null)[] = groups.map(() => null);
  const failures: { path: string; message: string }[] = [];
  const copyOne = copyOneWith(source);
  const copyNext = async (spec: CopySpec, at: number, either: AbortSignal): Promise<void> => {
    const onBytes = (more: number): void => {
      bytes += more;
      progress({ done, groups: groups.length, bytes, records, words: spec.file });
    };
    try {
      const result = await copyOne(spec, onBytes, either);
      copied[at] = result;
      records += result.records;
      const archive = archiveOf(result, spec);
      if (archive !== null) onArchive(archive);
    } catch (error) {
      if (!(error instanceof PipelineError) || error.code !== "source-changed") throw error;
      failures.push({ path: spec.file, message: error.message });
    }
    done++;
    onBytes(0);
  };
  await unlessStopped(signal, async () => eachOf(groups, source.connections, signal, copyNext));
  const whole = copied.filter((result) => result !== null);
  return {
    groups: groups.length,
    records,
    bytes: whole.reduce((sum, result) => sum + result.bytes, 0),
    fetchedBytes: bytes,
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

/** A selection is noted beside its archives: the run that goes on has the same one, whatever the index says then. */
async function selectedOnce(
  { access, selection }: CommonCrawlRequest,
  folder: string,
  source: CommonCrawl,
  signal: AbortSignal,
  onSelected: OnSelected,
): Promise<Selected> {
  const { base, indexBase } = access;
  const asked = createHash("sha256")
    .update(JSON.stringify([base, indexBase, selection]))
    .digest("hex");
  const path = join(folder, `selection-${asked.slice(0, 16)}.json.gz`);
  const noted = notedSelection(path);
  if (noted !== null) return noted;
  const selected = await selectFromCommonCrawl(source, selection, signal, onSelected);
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${path}.new`, gzipSync(JSON.stringify(selected)), { flush: true });
  renameSync(`${path}.new`, path);
  return selected;
}

function notedSelection(path: string): Selected | null {
  try {
    return JSON.parse(gunzipSync(readFileSync(path)).toString("utf8")) as Selected;
  } catch {
    // Not there, or not whole: it is made again.
    return null;
  }
}

/** Runs through a list, `width` at a time; the first failure stops the others, and is what is thrown. */
async function eachOf<T>(
  list: readonly T[],
  width: number,
  signal: AbortSignal,
  work: (item: T, at: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const rest = list.entries();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (const [at, item] of rest) {
      if (either.aborted) return;
      try {
        await work(item, at, either);
      } catch (error) {
        failures.push(error);
        failed.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, list.length) }, lane));
  if (failures.length > 0) throw failures[0];
}

/** Who stopped the work knows so: what was done until then is a result, not a failure. */
async function unlessStopped<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted && error instanceof PipelineError && error.code === "interrupted") return null;
    throw error;
  }
}

const progressEveryMs = 500;

function throttled(onProgress: (progress: CopyProgress) => void): (progress: CopyProgress) => void {
  let shownMs = -Infinity;
  return (progress) => {
    const nowMs = performance.now();
    if (nowMs - shownMs < progressEveryMs) return;
    shownMs = nowMs;
    onProgress(progress);
  };
}
