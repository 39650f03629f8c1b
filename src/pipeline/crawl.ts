import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";

import { onceEvery } from "../async/throttle.ts";
import type { Policy } from "../core/decisions.ts";
import { PipelineError } from "../core/errors.ts";
import { listOf, object, text, type Shaped } from "../core/json-shape.ts";
import { frontierPath, type Corpus } from "../corpus/corpus.ts";
import { ensurePolicy } from "../corpus/policy-file.ts";
import { finishedArchives } from "../crawl/archive-writer.ts";
import type { CrawlHooks, CrawlProgress } from "../crawl/crawl-loop.ts";
import { settingsOf } from "../crawl/crawl-settings.ts";
import { crawl, type CrawlOptions, type CrawlReport, withSmallHeap } from "../crawl/crawl.ts";
import { dryRun, type Prospect } from "../crawl/dry-run.ts";
import { beginRecrawl } from "../crawl/recrawl.ts";
import { portsOf } from "../fetch/address-rules.ts";
import { connectToRuleOf } from "../fetch/connector.ts";
import { asksOnlyThisMachine } from "../fetch/requester.ts";
import { type Frontier, type Budgets, readNote } from "../frontier/frontier.ts";
import { redisFrontier } from "../frontier/redis-frontier.ts";
import { openFrontier } from "../frontier/sqlite-frontier.ts";
import type { StoredCrawl } from "../jobs/turn/contract.ts";
import { localTurns } from "../jobs/turn/local.ts";
import { submitTurns, type SharedCrawl } from "../jobs/turn/submit.ts";
import { addressOf, type Address } from "../url/normalize.ts";
import { scopeOf } from "../url/scope.ts";
import type { Run } from "./run.ts";

/** What to crawl and how, as a command line or `corpus.yaml` states it. */
export interface CrawlRequest {
  /** URLs, and files with one URL a line; none goes on with those of before. */
  readonly seeds: readonly string[];
  /** `null`: as before, or `host`. */
  readonly scope: string | null;
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly maxDepth: number | null;
  readonly budgets: Budgets;
  readonly hostBudgets: Budgets;
  readonly contact: string | null;
  readonly delayMs: number;
  readonly concurrency: number;
  readonly rollBytes: number;
  readonly allowPrivate: boolean;
  /** `HOST1:PORT1:HOST2:PORT2`, as curl has them. */
  readonly connectTo: readonly string[];
  readonly followSitemaps: boolean;
  /** Ask each host for its tdmrep.json. */
  readonly siteFiles: boolean;
  /** Pages that were last captured before then are visited again, once nothing new waits. */
  readonly recrawlBeforeMs: number | null;
}

export interface CorpusCrawlReport extends CrawlReport {
  /** Archives of this crawl that are whole, in order. */
  readonly archives: readonly string[];
  /** Pages put back to be visited again. */
  readonly recrawled: number;
}

export interface CorpusCrawlHooks {
  readonly onArchive: (path: string) => void;
  /** @param waiting URLs that are known and not yet visited */
  readonly onProgress: (progress: CrawlProgress, waiting: number) => void;
}

/** Crawl state restored by the next run. */
const notedCrawl = object({ seeds: listOf(text), scope: text });
type NotedCrawl = Shaped<typeof notedCrawl>;

const crawlNote = "crawl";
const runNote = "run";
const progressEveryMs = 500;

/**
 * Crawls into the archives of a corpus. The caller holds the corpus's lock.
 * @param shared has the turns done by workers elsewhere; the frontier and the archives stay here
 * @throws {PipelineError} `usage` when there is no seed or nobody to write to, and what `crawl` throws
 */
export async function crawlCorpus(
  { corpus, software, signal }: Pick<Run, "corpus" | "software" | "signal">,
  request: CrawlRequest,
  hooks: CorpusCrawlHooks,
  shared: SharedCrawl | null = null,
): Promise<CorpusCrawlReport> {
  const { budgets, hostBudgets, concurrency, rollBytes } = request;
  using frontier = openFrontier(frontierPath(corpus), { budgets, hostBudgets });
  const aim = aimOf(frontier, request);
  const { policy } = await ensurePolicy(corpus.policyPath);
  const stored = storedCrawlOf({ corpus, software, policy }, request, aim);
  const settings = settingsOf(stored);
  // Not before it is known that the crawl may begin: what is refused leaves no seed behind.
  noteAim(frontier, aim);
  const recrawled = recrawl(frontier, request.recrawlBeforeMs);
  const run = runOf(frontier);
  await using own = new AsyncDisposableStack();
  const turns =
    shared === null
      ? own.use(localTurns(settings, frontier, signal))
      : await submitTurns(shared, { run, crawl: stored, notes: frontier }, signal);
  const options: CrawlOptions = {
    ...settings,
    archives: corpus.archives,
    seeds: aim.seeds,
    concurrency,
    rollBytes,
    turns,
  };
  const due = shared === null ? frontier : redisFrontier(frontier, shared.scripts, { name: run, signal });
  const report = await withSmallHeap(() => crawl(due, options, signal, crawlHooks(frontier, hooks)));
  return { ...report, recrawled, archives: await finishedArchives(corpus.archives) };
}

/** @throws {PipelineError} `usage` when servers of others would be asked and there is nobody to write to */
function storedCrawlOf(
  { corpus, software, policy }: Pick<Run, "corpus" | "software"> & { readonly policy: Policy },
  request: CrawlRequest,
  { seeds, scope }: Aim,
): StoredCrawl {
  const connectTo = request.connectTo.map(connectToRuleOf);
  const contact = request.contact ?? corpus.config.contact ?? null;
  if (contact === null && !asksOnlyThisMachine(seeds, connectTo)) {
    throw new PipelineError(
      "usage",
      "a crawl must say whom to write to: name a mail address or a page with --contact, or `contact` in corpus.yaml",
    );
  }
  return {
    requester: { software, project: corpus.config.name, contact },
    scope,
    ports: portsOf(seeds),
    pace: paceOf(request.delayMs),
    connectTo,
    allowPrivate: request.allowPrivate,
    followSitemaps: request.followSitemaps,
    siteFiles: request.siteFiles,
    refusedSignals: policy.signals,
  };
}

function crawlHooks(frontier: Frontier, hooks: CorpusCrawlHooks): CrawlHooks {
  const isDue = onceEvery(progressEveryMs);
  return {
    onArchive: hooks.onArchive,
    onProgress(progress) {
      if (!isDue()) return;
      const { waiting, leased } = frontier.counts().urls;
      hooks.onProgress(progress, waiting + leased);
    },
  };
}

/** What a crawl would fetch and why not, without asking for anything. */
export function dryRunCorpus(corpus: Corpus, request: CrawlRequest): Prospect[] {
  using frontier = openFrontier(frontierPath(corpus));
  const { seeds, scope } = aimOf(frontier, request);
  return dryRun(frontier, { seeds, scope: scopeOf(scope), siteFiles: request.siteFiles }, Date.now);
}

/** Names the frontier to all that share a store or Redis with it. */
function runOf(frontier: Frontier): string {
  const run = frontier.note(runNote) ?? randomUUID().replaceAll("-", "");
  frontier.setNote(runNote, run);
  return run;
}

/** Seeds of before and those given now, and the scope over all of them. */
interface Aim {
  readonly seeds: readonly Address[];
  readonly scope: StoredCrawl["scope"];
}

function aimOf(frontier: Frontier, request: CrawlRequest): Aim {
  const before = readNote(frontier, crawlNote, notedCrawl);
  const seeds = new Map<string, Address>();
  for (const seed of [...(before?.seeds ?? []), ...request.seeds].flatMap(linesOfSeed)) {
    const address = addressOf(seed);
    if (address === null) throw new PipelineError("usage", `"${seed}" is no http(s) address, nor a file that is there`);
    seeds.set(address.url, address);
  }
  if (seeds.size === 0) {
    throw new PipelineError("usage", "there is nothing to begin with: name a URL, or a file with one URL a line");
  }
  const scope = request.scope ?? before?.scope ?? "host";
  const { allow, deny, maxDepth } = request;
  const options = { scope, seeds: [...seeds.keys()], allow, deny, ...(maxDepth === null ? {} : { maxDepth }) };
  return { seeds: [...seeds.values()], scope: options };
}

/** For the next run. */
function noteAim(frontier: Frontier, { seeds, scope: { scope } }: Aim): void {
  const aim: NotedCrawl = { seeds: seeds.map(({ rawUrl }) => rawUrl), scope };
  frontier.setNote(crawlNote, JSON.stringify(aim));
}

/** A seed that names a file means the addresses in it, one a line; lines that begin with # are for people. */
function linesOfSeed(seed: string): string[] {
  if (/^https?:/i.test(seed) || !existsSync(seed)) return [seed];
  return readFileSync(seed, "utf8")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** A visit that is still under way comes first: its pages are not to be put back again and again. */
function recrawl(frontier: Frontier, beforeMs: number | null): number {
  if (beforeMs === null) return 0;
  const { waiting, leased } = frontier.counts().urls;
  return waiting + leased > 0 ? 0 : beginRecrawl(frontier, beforeMs);
}

function paceOf(delayMs: number): {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  readonly responseFactor?: number;
} {
  // Only owners of the server ask for no delay at all.
  if (delayMs === 0) return { minDelayMs: 0, maxDelayMs: 0, responseFactor: 0 };
  return { minDelayMs: delayMs, maxDelayMs: Math.max(30_000, delayMs) };
}
