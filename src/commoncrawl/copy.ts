import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

import { copyRecords } from "./copy-records.ts";
import type { Refusal } from "./copied-record.ts";
import type { Copied, CopySpec } from "./copy-spec.ts";
import { copyWhole } from "./copy-whole.ts";
import { unlessInterrupted } from "../async/abort.ts";
import { eachOf } from "../async/limit.ts";
import { onceEvery } from "../async/throttle.ts";
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
 * @param onArchive called with each archive as soon as it is whole
 * @param copyOne left out: done here
 */
export async function copyFromCommonCrawl(
  request: CommonCrawlRequest,
  folder: string,
  signal: AbortSignal,
  onArchive: (archive: CopiedArchive) => void,
  onProgress: (progress: CopyProgress) => void,
  copyOne: CopyOne | null = null,
): Promise<CopyReport> {
  await using source = openCommonCrawl(request.access);
  let bytes = 0;
  let records = 0;
  let done = 0;
  const isDue = onceEvery(progressEveryMs);
  const selected = await unlessInterrupted(
    selectedOnce(request, folder, source, signal, (found, words) => {
      if (isDue()) onProgress({ done: 0, groups: 0, bytes, records: found, words });
    }),
    signal,
  );
  const { groups, refused } = selected ?? { groups: [], refused: [] };
  const copied: (Copied | null)[] = groups.map(() => null);
  const failures: { path: string; message: string }[] = [];
  const here: CopyOne = async (spec, onBytes, either) => copyGroup(spec, folder, { source, onBytes }, either);
  const one = copyOne ?? here;
  const copyNext = async (spec: CopySpec, at: number, either: AbortSignal): Promise<void> => {
    const onBytes = (more: number): void => {
      bytes += more;
      if (isDue()) onProgress({ done, groups: groups.length, bytes, records, words: spec.file });
    };
    try {
      const result = await one(spec, onBytes, either);
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
  // Stopped by the caller, what was done until then is a result, not a failure.
  await unlessInterrupted(eachOf(groups, source.connections, signal, copyNext), signal);
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

const progressEveryMs = 500;
