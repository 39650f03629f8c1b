import { existsSync, readFileSync } from "node:fs";

import { PipelineError } from "../core/errors.ts";
import { listOf, object, type Shaped } from "../core/json-shape.ts";
import type { CommonCrawl } from "./access.ts";
import { cdxRows } from "./cdx-index.ts";
import { columnarRows, indexTable } from "./columnar-index.ts";
import { refusal, type Refusal } from "./copied-record.ts";
import { copySpec, specsOf, type CopySpec } from "./copy-spec.ts";
import { fits, type IndexQuery } from "./index-query.ts";
import type { IndexRow, RowReading } from "./index-row.ts";
import { indexLanguageOf } from "./language-codes.ts";
import { pathListOf, pathsIn } from "./path-list.ts";
import { patternOfKeys, robotsKeyOf, urlPatternOf, type UrlPattern } from "./url-pattern.ts";

/** What to copy of a crawl, as a command line states it. */
export interface CommonCrawlSelection {
  /** `CC-MAIN-2025-38`; `null` when `list` names the files instead. */
  readonly crawl: string | null;
  /** `*.example.org`, `example.org/part/*`, `example.org/page`; none: all of the crawl. */
  readonly match: readonly string[];
  /** ISO 639 codes; the page's first language is one of them. */
  readonly languages: readonly string[];
  readonly mimes: readonly string[];
  /** Records, or files where whole ones are taken; `null`: all. */
  readonly limit: number | null;
  readonly index: "cdx" | "columnar";
  /** A list such as `warc.paths.gz`: a file here, a URL, or a path below the base. */
  readonly list: string | null;
  /** Copy the files that hold the records, unchanged. */
  readonly whole: boolean;
  /** Also copy the records of the hosts' robots.txt. */
  readonly withRobots: boolean;
}

/** Plain JSON: a run keeps its selection on disk. */
export const selected = object({
  groups: listOf(copySpec),
  /** Rows of the index that cannot be used to fetch anything. */
  refused: listOf(refusal),
});
export type Selected = Shaped<typeof selected>;

/**
 * What ends a selection early, and what is notified of its progress: the number of rows so far and the key of the last
 * one.
 */
export interface Selecting {
  readonly signal: AbortSignal;
  readonly onSelected: (selected: number, words: string) => void;
}

/** What an index has named so far. */
interface Gathered extends Selecting {
  readonly rows: IndexRow[];
  readonly refused: Refusal[];
}

const mostRefused = 1000;
/** Keys that one pass over an index searches for. */
const keysAtOnce = 256;

/**
 * Queries an index for the wanted records. Returns one spec for each file that holds some, in the order of the files.
 * @throws {PipelineError} `usage`, `index-broken`, `source-changed`, `source-refused`, `source-unreachable`, `interrupted`
 */
export async function selectFromCommonCrawl(
  source: CommonCrawl,
  selection: CommonCrawlSelection,
  selecting: Selecting,
): Promise<Selected> {
  const { signal } = selecting;
  const { list, whole, match, limit, withRobots } = selection;
  if (list !== null) return { groups: wholeOf(selection, await listedFiles(source, list, signal)), refused: [] };
  const crawl = crawlOf(selection);
  if (whole && match.length === 0 && selection.languages.length === 0 && selection.mimes.length === 0) {
    const paths = await pathListOf(source.files, `crawl-data/${crawl}/warc.paths.gz`, signal);
    return { groups: wholeOf(selection, paths), refused: [] };
  }
  const gathered: Gathered = { ...selecting, rows: [], refused: [] };
  const { rows, refused } = gathered;
  const query = { crawl, subset: "warc", status: 200, mimes: selection.mimes } as const;
  const languages = selection.languages.map(indexLanguageOf);
  for (const pattern of (match.length === 0 ? ["*"] : match).map(urlPatternOf)) {
    const left = limit === null ? Infinity : limit - rows.length;
    const wanted = { ...query, languages, pattern };
    await gather(gathered, rowsOf(source, selection, wanted, signal), wanted, left);
  }
  if (withRobots) await gatherRobots(gathered, source, selection, crawl);
  const groups = specsOf(crawl, rows);
  return { groups: whole ? groups.map((spec) => ({ ...spec, rows: null })) : groups, refused };
}

async function* rowsOf(
  source: CommonCrawl,
  { index }: CommonCrawlSelection,
  query: IndexQuery,
  signal: AbortSignal,
): AsyncGenerator<RowReading> {
  if (index === "columnar") {
    yield* columnarRows(source.files, await indexTable(source.files, query, signal), query, signal);
  } else if (source.server === null) {
    throw new PipelineError("usage", "no index server is named; use --cc-index, or --index columnar");
  } else if (query.pattern.text === "*") {
    throw new PipelineError(
      "usage",
      "the index server cannot be asked for everything: name --match, or use --index columnar",
    );
  } else yield* cdxRows(source.server, query, signal);
}

/** Takes up to `left` rows that fit; an entry that cannot be a row is recorded as refused. */
async function gather(
  { rows, refused, onSelected }: Gathered,
  readings: AsyncIterable<RowReading>,
  query: IndexQuery,
  left: number,
): Promise<void> {
  let room = left;
  if (room <= 0) return;
  for await (const reading of readings) {
    if (!reading.ok) {
      refused.push({ reason: "index-row", detail: reading.why, url: null, file: null, offset: null });
      if (refused.length > mostRefused && rows.length === 0) {
        throw new PipelineError(
          "index-broken",
          `the index gives ${refused.length} rows of which none can be used; the first: ${reading.why}`,
        );
      }
    } else if (fits(reading.row, query)) {
      rows.push(reading.row);
      room--;
      onSelected(rows.length, reading.row.surt);
      if (room === 0) return;
    }
  }
}

/** Adds the crawl's records of robots.txt for all hosts gathered so far, whatever their status. */
async function gatherRobots(
  gathered: Gathered,
  source: CommonCrawl,
  selection: CommonCrawlSelection,
  crawl: string,
): Promise<void> {
  const hosts = new Map<string, string>();
  for (const { url } of gathered.rows) {
    const key = robotsKeyOf(url);
    if (key !== null) hosts.set(key, `${URL.parse(url)?.host ?? ""}/robots.txt`);
  }
  const keys = [...hosts.keys()].toSorted();
  const patterns: UrlPattern[] = [];
  if (selection.index === "cdx") patterns.push(...keys.map((key) => urlPatternOf(hosts.get(key) ?? "")));
  else
    for (let at = 0; at < keys.length; at += keysAtOnce) patterns.push(patternOfKeys(keys.slice(at, at + keysAtOnce)));
  for (const pattern of patterns) {
    const query: IndexQuery = { crawl, subset: "robotstxt", pattern, languages: [], mimes: [], status: null };
    await gather(gathered, rowsOf(source, selection, query, gathered.signal), query, Infinity);
  }
}

function wholeOf({ crawl, limit }: CommonCrawlSelection, paths: readonly string[]): CopySpec[] {
  const wanted = limit === null ? paths : paths.slice(0, limit);
  return [...new Set(wanted)].map((file) => ({
    crawl: /(?:^|\/)crawl-data\/([^/]+)\//.exec(file)?.[1] ?? crawl ?? "unknown",
    file,
    rows: null,
  }));
}

async function listedFiles(source: CommonCrawl, list: string, signal: AbortSignal): Promise<string[]> {
  if (existsSync(list)) return pathsIn(readFileSync(list), list);
  if (!/^https?:\/\//i.test(list)) return pathListOf(source.files, list, signal);
  const slash = list.lastIndexOf("/") + 1;
  return pathListOf(source.filesAt(list.slice(0, slash)), list.slice(slash), signal);
}

function crawlOf({ crawl }: CommonCrawlSelection): string {
  if (crawl !== null && /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(crawl)) return crawl;
  throw new PipelineError("usage", `${JSON.stringify(crawl)} is no name of a crawl, such as CC-MAIN-2025-38`);
}
