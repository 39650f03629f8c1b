import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { portsOf } from "../fetch/address-rules.ts";
import { requestHeaders, type Requester } from "../fetch/requester.ts";
import { type Frontier, type FrontierCounts, readNote } from "../frontier/frontier.ts";
import type { Address } from "../url/normalize.ts";
import { archiveStateShape, openArchiveWriter } from "./archive-writer.ts";
import {
  archiveNote,
  crawlLoop,
  type CrawlHooks,
  type CrawlLoopOptions,
  type CrawlProgress,
  type TurnRunner,
} from "./crawl-loop.ts";
import { paceOf, type CrawlSettings } from "./crawl-settings.ts";
import { priorities } from "./discovered-urls.ts";
import { systemClock } from "./host-paces.ts";
import { endRecrawl, openRecrawl, type RecrawlCounts } from "./recrawl.ts";

export interface CrawlOptions extends Omit<CrawlSettings, "ports"> {
  /** Folder of the archives. */
  readonly archives: string;
  readonly seeds: readonly Address[];
  readonly concurrency?: number;
  readonly rollBytes?: number;
  /** Does the turns: this process, or workers elsewhere. */
  readonly turns: TurnRunner;
}

export interface CrawlReport {
  /** Of this process. */
  readonly progress: CrawlProgress;
  /** Of the whole crawl. */
  readonly counts: FrontierCounts;
  /** Of the other visit of known pages that is under way or was ended by this process; `null` for none. */
  readonly recrawl: RecrawlCounts | null;
  readonly seedsAdded: number;
  readonly recovery: Recovery;
  readonly interrupted: boolean;
}

/** What an earlier process left behind that did not end by itself; zeros when it did. */
export interface Recovery {
  /** Turns of hosts that were under way: what they had fetched and not yet archived is fetched again. */
  readonly turns: number;
  /** Bytes of archive that were never acknowledged, and are cut off. */
  readonly archiveBytes: number;
}

/** Two of one address at a time, of the many names that one machine may have. */
const hostsAnAddress = 4;
/** Words of `HostState.blockedReason` that hold for one run. */
const runBlocks = /^(?:robots-|host-failing$)/;

/**
 * Crawls from where the frontier stands until nothing is left to do, a budget is used up, or the signal is aborted. The
 * caller sees to it that no other process has the frontier open.
 * @throws {PipelineError} `usage`, `disk-full`, `archive-changed`, `archive-write`, `ledger-broken`
 */
export async function crawl(
  frontier: Frontier,
  options: CrawlOptions,
  signal: AbortSignal,
  hooks: CrawlHooks,
): Promise<CrawlReport> {
  const clock = systemClock;
  const settings: CrawlSettings = { ...options, ports: portsOf(options.seeds) };
  const noted = readNote(frontier, archiveNote, archiveStateShape);
  await using archive = await openArchiveWriter({
    folder: options.archives,
    state: noted,
    warcinfo: warcinfoFields(options.requester),
    nowMs: clock.nowMs,
  });
  // Noted before there is anything to lose, so that a crawl that dies at once is known to have begun.
  frontier.setNote(archiveNote, JSON.stringify(archive.state()));
  const restMs = clock.nowMs() + paceOf(settings).minDelayMs;
  const recovery = { turns: frontier.recover(Infinity, restMs), archiveBytes: archive.droppedBytes };
  unblock(frontier);
  const seeds = options.seeds.map((seed) => ({ ...seed, depth: 0, priority: priorities.seed, via: "seed" as const }));
  const { added: seedsAdded } = frontier.add(seeds);

  const loop: CrawlLoopOptions = {
    concurrency: options.concurrency ?? 100,
    hostsAnAddress: settings.allowPrivate === true ? null : hostsAnAddress,
    rollBytes: options.rollBytes ?? 1_000_000_000,
    notBeforeMs: noted !== null ? restMs : clock.nowMs(),
  };
  const progress = await crawlLoop({ frontier, archive, turns: options.turns, clock, signal, hooks }, loop);
  const counts = frontier.counts();
  const recrawl = openRecrawl(frontier);
  if (counts.urls.waiting + counts.urls.leased === 0) endRecrawl(frontier);
  return { progress, counts, recrawl, seedsAdded, recovery, interrupted: signal.aborted };
}

function warcinfoFields(requester: Requester): [string, string][] {
  const { software, project, contact } = requester;
  return [
    ["software", software],
    ["format", "WARC File Format 1.1"],
    ["conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"],
    ["isPartOf", project],
    ["robots", "RFC 9309"],
    ...(contact === null ? [] : [["operator", contact] as [string, string]]),
    ...requestHeaders(requester).map(([name, value]): [string, string] => [`http-header-${name.toLowerCase()}`, value]),
  ];
}

/** Hosts that failed in an earlier run may be well again. */
function unblock(frontier: Frontier): void {
  for (const { host, blockedReason } of frontier.hosts()) {
    if (blockedReason !== null && runBlocks.test(blockedReason)) frontier.setHost(host, { blockedReason: null });
  }
}

/** Young generation of a crawl. A quarter of it took a fifth more time; twice of it gained none. */
const youngBytes = 8_000_000;

/**
 * Runs work that makes much that soon is garbage in a heap that grows reluctantly. Left to itself V8 gave a crawl 130 MB of
 * young generation and collected buffers by 64 MB: 318 MB at the peak, against 190 MB so (`scripts/bench/crawl.ts`). Code is
 * optimised on the thread itself, for each of V8's own threads keeps the memory that its longest compilation took. Threads that
 * are started meanwhile are held to the same.
 */
export async function withSmallHeap<T>(work: () => Promise<T>): Promise<T> {
  sizeYoungGeneration();
  setFlagsFromString("--no-concurrent-recompilation");
  setFlagsFromString("--heap-growing-percent=70");
  try {
    return await work();
  } finally {
    // V8's own.
    setFlagsFromString("--concurrent-recompilation");
    setFlagsFromString("--semi-space-growth-factor=2");
    setFlagsFromString("--heap-growing-percent=0");
  }
}

/**
 * V8 takes a size of the young generation at its start only. Later it can be released, which V8 does as a last resort, and be
 * made to grow, which it does when much survives, by a factor that can still be said.
 */
function sizeYoungGeneration(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (how: Readonly<Record<string, string>>) => void;
  setFlagsFromString("--no-expose-gc");
  collect({ type: "major", execution: "sync", flavor: "last-resort" });
  setFlagsFromString("--semi-space-growth-factor=2");
  const survivors: object[] = [];
  for (let round = 0; round < 20 && youngSize() < youngBytes; round++) {
    for (let count = 0; count < 50_000; count++) survivors.push({});
    collect({ type: "minor", execution: "sync" });
  }
  setFlagsFromString("--semi-space-growth-factor=1");
}

function youngSize(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? Infinity;
}
