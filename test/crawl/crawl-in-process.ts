import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { crawl, type CrawlOptions, type CrawlReport } from "../../src/crawl/crawl.ts";
import { beginRecrawl } from "../../src/crawl/recrawl.ts";
import { portsOf } from "../../src/fetch/address-rules.ts";
import { connectToRuleOf } from "../../src/fetch/connector.ts";
import type { Budgets } from "../../src/frontier/frontier.ts";
import { openFrontier } from "../../src/frontier/sqlite-frontier.ts";
import { localTurns } from "../../src/jobs/turn/local.ts";
import { addressOf } from "../../src/url/normalize.ts";
import { scopeOf } from "../../src/url/scope.ts";
import { readArchive } from "../../src/warc/read-archive.ts";
import type { ArchiveRecord } from "../../src/warc/record.ts";
import { fileSource } from "../../src/warc/source.ts";
import type { LoopbackWeb } from "./loopback-web.ts";

/** A folder with the frontier and the archives of one crawl. */
export interface CrawlPlace extends Disposable {
  readonly folder: string;
  readonly frontier: string;
  readonly archives: string;
}

export function crawlPlace(): CrawlPlace {
  const folder = mkdtempSync(join(tmpdir(), "colophon-crawl-"));
  return {
    folder,
    frontier: join(folder, "frontier.sqlite"),
    archives: join(folder, "archives"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Recipe extends Partial<Omit<CrawlOptions, "seeds" | "scope">> {
  readonly seeds: readonly string[];
  readonly scope?: string;
  readonly maxDepth?: number;
  readonly budgets?: Budgets;
  readonly signal?: AbortSignal;
  readonly recrawlBeforeMs?: number;
  /** Each commit, as it is made. */
  readonly onCommit?: (done: number) => void;
}

/** One run of a crawl of the web on loopback: no pauses, short waits, unless the recipe says otherwise. */
export async function crawlOnce(web: LoopbackWeb, place: CrawlPlace, recipe: Recipe): Promise<CrawlReport> {
  const {
    seeds: written,
    scope = "domain:test",
    maxDepth,
    budgets = {},
    signal,
    recrawlBeforeMs,
    onCommit,
    ...rest
  } = recipe;
  using frontier = openFrontier(place.frontier, { budgets });
  if (recrawlBeforeMs !== undefined) beginRecrawl(frontier, recrawlBeforeMs);
  const seeds = written.flatMap((seed) => addressOf(seed) ?? []);
  const bounds = maxDepth === undefined ? {} : { maxDepth };
  const stop = signal ?? new AbortController().signal;
  const settings = {
    requester: { software: "colophon test", project: "test", contact: "owner@example.org" },
    followSitemaps: false,
    siteFiles: false,
    allowPrivate: true,
    connectTo: [connectToRuleOf(web.connectTo)],
    ...rest,
    pace: { minDelayMs: 0, maxDelayMs: 0, responseFactor: 0, backOffMs: 50, ...rest.pace },
    retry: { firstMs: 20, ...rest.retry },
    seeds,
    scope: scopeOf({ scope, seeds: seeds.map(({ url }) => url), ...bounds }),
  };
  await using turns = localTurns({ ...settings, ports: portsOf(seeds) }, frontier, stop);
  return await crawl(frontier, { ...settings, archives: place.archives, turns }, stop, {
    onArchive: () => undefined,
    onProgress: ({ done }) => onCommit?.(done),
  });
}

export type KeptRecord = Pick<ArchiveRecord, "type" | "url" | "fields" | "truncated" | "recordId" | "refersTo"> & {
  readonly block: string;
};

/** All records of the crawl's archives, finished or not; a damaged place is an error. */
export async function recordsIn(place: CrawlPlace): Promise<KeptRecord[]> {
  const records: KeptRecord[] = [];
  for (const path of globSync(join(place.archives, "*")).toSorted()) {
    using source = fileSource(path);
    for await (const item of readArchive(source)) {
      if (item.kind === "loss") throw new Error(`${path}: ${item.reason} at ${item.offset}`);
      const { type, url, fields, truncated, recordId, refersTo } = item;
      records.push({ type, url, fields, truncated, recordId, refersTo, block: item.block.toString("latin1") });
    }
  }
  return records;
}

/** Addresses of the records of one type, in order of the alphabet. */
export function urlsOf(records: readonly KeptRecord[], type = "response"): string[] {
  return records.flatMap((record) => (record.type === type && record.url !== null ? [record.url] : [])).toSorted();
}
