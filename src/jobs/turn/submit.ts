import { createHash } from "node:crypto";

import { retrying } from "../../async/retry.ts";
import { failures, PipelineError } from "../../core/errors.ts";
import type { Hex } from "../../core/records.ts";
import type { TurnRunner } from "../../crawl/crawl-loop.ts";
import { pathNote, retryOf, settingsOf, type RetryOptions } from "../../crawl/crawl-settings.ts";
import { systemClock, paceNote } from "../../crawl/host-paces.ts";
import { failedTurn, refusedIn, undoneTurn, type EndedTurn } from "../../crawl/host-turn.ts";
import { robotsNote } from "../../crawl/robots/robots-keeper.ts";
import { remoteTurnUrls } from "../../crawl/shared/leased-turn.ts";
import { turnAskBytes, turnResultOf } from "../../crawl/shared/turn-codec.ts";
import { tdmrepNote } from "../../crawl/tdmrep-keeper.ts";
import type { Notes } from "../../frontier/frontier.ts";
import type { Turn } from "../../frontier/turn.ts";
import { jobOf } from "../../queue/job.ts";
import type { Queue } from "../../queue/queue.ts";
import type { RedisScripts } from "../../redis/scripts.ts";
import { crawlName, turnName, turnsPrefix } from "../../store/layout.ts";
import { putExactly } from "../../store/own-digest.ts";
import type { Store } from "../../store/store.ts";
import { runJob } from "../run-job.ts";
import { brokenIn, type OnBroken } from "../run-until-stored.ts";
import type { StoredCrawl, TurnJob } from "./contract.ts";

/** What a crawl shares with the workers that do its turns. */
export interface SharedCrawl {
  readonly queue: Queue;
  readonly store: Store;
  readonly scripts: RedisScripts;
  readonly onBroken?: OnBroken;
}

const clock = systemClock;
/** How long turns in progress are waited for when the crawl is to stop: a turn takes five seconds. */
const lastTurnsMs = 8_000;
const longestPauseMs = 10_000;
/** How often the clocks are compared. */
const clockEveryMs = 30_000;

/** The crawl whose turns are to be done. */
export interface SubmittedCrawl {
  /** Names the frontier, no other's. */
  readonly run: string;
  readonly crawl: StoredCrawl;
  /** Of the frontier; those that a turn needs go with it. */
  readonly notes: Notes;
}

/** What all turns of a run have in common. */
interface Submitter extends SharedCrawl, SubmittedCrawl {
  /** SHA-256 of the stored settings. */
  readonly digest: Hex;
  readonly retry: RetryOptions;
  /** What this machine's clock is ahead of Redis'. */
  readonly aheadMs: () => Promise<number>;
  /** Aborted `lastTurnsMs` after the crawl was to stop. */
  readonly late: AbortSignal;
}

/**
 * Has turns done by the workers of a queue. The turn goes into the store, the job names it, and its result is read from there; both
 * are removed then, and what a dead process left is removed when the next begins. While the store or Redis is away turns wait.
 * @throws {PipelineError} `store-refused`, `disk-full`; `interrupted`
 */
export async function submitTurns(
  shared: SharedCrawl,
  submitted: SubmittedCrawl,
  signal: AbortSignal,
): Promise<TurnRunner> {
  const { store, scripts } = shared;
  const text = Buffer.from(JSON.stringify(submitted.crawl));
  const digest = createHash("sha256").update(text).digest("hex");
  await whileReachable(() => putExactly(store, crawlName(digest), text, signal), signal);
  await whileReachable(async () => {
    for await (const { name } of store.list(turnsPrefix(submitted.run), signal)) await store.remove(name, signal);
  }, signal);
  const submitter: Submitter = {
    ...shared,
    ...submitted,
    digest,
    retry: retryOf(settingsOf(submitted.crawl)),
    aheadMs: comparedClocks(scripts),
    late: lateAfter(signal),
  };
  return {
    urlsPerTurn: remoteTurnUrls,
    runTurn: async (turn) => orFailed(submitter, turn, () => askedFor(submitter, turn, null)),
  };
}

/** Compares the clocks of this machine and Redis now and then. */
function comparedClocks(scripts: RedisScripts): () => Promise<number> {
  let ahead: { readonly ms: Promise<number>; readonly atMs: number } | null = null;
  return () => {
    const atMs = clock.steadyMs();
    if (ahead === null || atMs - ahead.atMs > clockEveryMs) {
      ahead = { ms: scripts.serverTimeMs().then((serverMs) => clock.nowMs() - serverMs), atMs };
      ahead.ms.catch(() => (ahead = null));
    }
    return ahead.ms;
  };
}

/** Aborted some time after `signal`. */
function lateAfter(signal: AbortSignal): AbortSignal {
  const late = new AbortController();
  const stop = (): void => void setTimeout(() => late.abort(), lastTurnsMs).unref();
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  return late.signal;
}

/** @param part which of the turn's URLs alone it asks for; `null`: all of them */
async function askedFor(submitter: Submitter, turn: Turn, part: number | null): Promise<EndedTurn> {
  const { queue, store, run, digest, notes, aheadMs, late } = submitter;
  const job: TurnJob = { crawl: digest, run, lease: turn.lease, part };
  const [askName, endName] = [turnName(job, "ask"), turnName(job, "end")];
  const { host } = turn;
  const names = [robotsNote(host), tdmrepNote(host), paceNote(host), ...turn.urls.map(({ url }) => pathNote(url))];
  const known = names.map((name) => [name, notes.note(name)] as const).filter(([, value]) => value !== null);
  const ask = turnAskBytes({ turn, notes: known, aheadMs: await aheadMs() });
  try {
    await whileReachable(() => putExactly(store, askName, ask, late), late);
    await whileReachable(() => runJob(queue, jobOf("turn", job), late), late);
    const bytes = await whileReachable(() => store.get(endName, late), late);
    return bytes === null ? undoneTurn(turn, clock.nowMs()) : turnResultOf(bytes, turn);
  } finally {
    // The ask first: a worker that finds no end looks for it.
    store
      .remove(askName)
      .then(() => store.remove(endName))
      .catch(() => undefined);
  }
}

/** A page that kills its workers is found by asking for each alone. */
async function askedOneByOne(submitter: Submitter, turn: Turn): Promise<EndedTurn> {
  let all = undoneTurn(turn, clock.nowMs());
  for (const [part, url] of turn.urls.entries()) {
    const alone = { ...turn, urls: [url] };
    all = joined(all, await orFailed(submitter, alone, () => askedFor(submitter, alone, part)));
  }
  return all;
}

async function orFailed(submitter: Submitter, turn: Turn, work: () => Promise<EndedTurn>): Promise<EndedTurn> {
  const { retry, onBroken } = submitter;
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    if (error.code === "interrupted") return undoneTurn(turn, clock.nowMs());
    if (error.code === "job-quarantined" && turn.urls.length > 1) return askedOneByOne(submitter, turn);
    // It killed its workers although it was all they had.
    if (error.code === "job-quarantined") return failedTurn(turn, error.code, { ...retry, attempts: 0 }, clock.nowMs());
    if (brokenIn(error) !== null) {
      onBroken?.(error);
      return failedTurn(turn, error.code, retry, clock.nowMs());
    }
    if (!failures[error.code].retry || error.code === "version-differs") throw error;
    return failedTurn(turn, error.code, retry, clock.nowMs());
  }
}

function joined(all: EndedTurn, one: EndedTurn): EndedTurn {
  return {
    ...one,
    turn: all.turn,
    outcomes: new Map([...all.outcomes, ...one.outcomes]),
    found: [...all.found, ...one.found],
    pieces: [...all.pieces, ...one.pieces],
    refused: refusedIn([all, one]),
    notes: [...all.notes, ...one.notes],
    notBeforeMs: Math.max(all.notBeforeMs, one.notBeforeMs),
    blockedReason: all.blockedReason ?? one.blockedReason,
    beside: {
      bytes: all.beside.bytes + one.beside.bytes,
      spentMs: all.beside.spentMs + one.beside.spentMs,
    },
  };
}

/** Tries until it can be reached; whatever else is wrong ends it. @throws {PipelineError} `interrupted` too */
async function whileReachable<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const again = (error: unknown): boolean => {
    if (!isAway(error)) return false;
    if (signal.aborted) throw new PipelineError("interrupted", "stopped while the store or Redis was away", {}, error);
    return true;
  };
  return retrying(work, { backoff: { firstMs: 250, mostMs: longestPauseMs }, again }, signal);
}

function isAway(error: unknown): boolean {
  return error instanceof PipelineError && (error.code === "store-unreachable" || error.code === "queue-unreachable");
}
