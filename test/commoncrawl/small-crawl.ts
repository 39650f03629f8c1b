import { mkdtempSync, rmSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { makeCrawl, type CrawlOptions, type MadeCrawl } from "../../scripts/fixtures/common-crawl/make-crawl.ts";
import { writeSmallWebArchives } from "../../scripts/fixtures/small-web-archive.ts";
import { specsOf, type CopySpec } from "../../src/commoncrawl/copy-spec.ts";
import type { CrawlFiles } from "../../src/commoncrawl/crawl-files.ts";
import type { IndexRow } from "../../src/commoncrawl/index-row.ts";
import { remoteFiles } from "../../src/commoncrawl/remote-files.ts";
import { requestPacer, type Patience } from "../../src/commoncrawl/request-pacing.ts";
import { streamer } from "../../src/fetch/stream.ts";

export const crawl = "CC-MAIN-2025-38";

export interface SmallCrawl extends Disposable {
  /** The crawl lies in it, below `crawl`. */
  readonly path: string;
  readonly folder: string;
  readonly made: MadeCrawl;
}

/** The small web as a crawl of Common Crawl, in a folder that is gone when the test is over. */
export async function smallCrawl(options: Partial<CrawlOptions> = {}): Promise<SmallCrawl> {
  const path = mkdtempSync(join(tmpdir(), "colophon-cc-"));
  const [first = "", second = ""] = writeSmallWebArchives(join(path, "small-web"));
  const folder = join(path, "crawl");
  const made = await makeCrawl(folder, { crawl, archives: [first, second], ...options });
  return { path, folder, made, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Waits only briefly: tests count tries and their order, not their duration. */
export const shortPatience: Patience = { retryGapMs: 20, firstWaitMs: 1, longestWaitMs: 2000, tries: 4 };

/** The files behind a loopback server. */
export function filesAt(base: string, patience: Patience = shortPatience): CrawlFiles {
  const streams = streamer({
    ports: [Number(new URL(base).port)],
    allowPrivate: true,
    connectTo: [],
    connectMs: 5000,
    lookup: null,
    certificateAuthority: null,
    connections: 4,
    idleMs: 20_000,
  });
  return remoteFiles(base, streams, [["User-Agent", "Colophon/test (local test)"]], requestPacer(patience));
}

/** What all open files have in common, for a test that makes writing to them fail. */
export async function fileHandles(): Promise<FileHandle> {
  await using file = await open(import.meta.filename);
  return Object.getPrototypeOf(file) as FileHandle;
}

export const never = new AbortController().signal;

export type RowsSpec = CopySpec & { readonly rows: readonly IndexRow[] };

/** All pages of one of the crawl's files. */
export function specIn({ made }: SmallCrawl): RowsSpec {
  const [spec] = specsOf(
    crawl,
    made.rows.filter(({ subset }) => subset === "warc"),
  );
  if (spec?.rows == null || spec.rows.length < 20) throw new RangeError("the crawl has next to nothing in it");
  return { ...spec, rows: spec.rows };
}

export const nothing = (): void => undefined;

/** Only some records, far enough apart that several requests ask for them. */
export function sparse(spec: RowsSpec): RowsSpec {
  return { ...spec, rows: spec.rows.filter((_, at) => at === 0 || at > spec.rows.length - 3) };
}
