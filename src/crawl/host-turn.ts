import { unlessInterrupted } from "../async/abort.ts";
import { backoffMs } from "../async/retry.ts";
import type { Note } from "../frontier/frontier.ts";
import type { Beside, FoundUrl, Turn, UrlOutcome, RefusedCount, TurnResult } from "../frontier/turn.ts";
import { robotsVerdict } from "../robots/verdict.ts";
import type { Fields } from "../warc/record.ts";
import { learnTdmrep, learntRobots, type SiteAsk } from "./ask-site-files.ts";
import { type SharedContext, type RetryOptions, refusedLinks } from "./crawl-settings.ts";
import type { RobotsOutcome } from "./robots/robots-outcome.ts";
import { visit } from "./visit.ts";

/** A turn that is over: all that must reach the disk before its URLs count as ended. */
export interface EndedTurn extends TurnResult {
  readonly found: readonly FoundUrl[];
  /** Archived exchanges, as gzip members. */
  readonly pieces: readonly Buffer[];
  /** Why the host gets no more turns in this run. */
  readonly blockedReason: string | null;
  /** Links that never became URLs, by reason. */
  readonly refused: ReadonlyMap<string, RefusedCount>;
  /** What is to be written down of the host. */
  readonly notes: readonly Note[];
  /** Address the host was last seen at. */
  readonly ip: string | null;
  readonly beside: Beside;
}

/** A turn in which nothing was done: all its URLs go back. */
export function undoneTurn(turn: Turn, notBeforeMs: number): EndedTurn {
  const nothing = { outcomes: new Map(), found: [], pieces: [], refused: new Map(), notes: [], ip: null };
  return { turn, ...nothing, notBeforeMs, blockedReason: null, beside: { bytes: 0, spentMs: 0 } };
}

/** A turn that could not be done: each of its URLs is tried again later, or has been tried often enough. */
export function failedTurn(turn: Turn, reason: string, retry: RetryOptions, nowMs: number): EndedTurn {
  const outcomes = turn.urls.map(({ id, attempts }): [number, UrlOutcome] => {
    if (attempts + 1 >= retry.attempts) return [id, { kind: "failed", reason }];
    return [id, { kind: "retry", notBeforeMs: nowMs + backoffMs(attempts + 1, retry), reason }];
  });
  return { ...undoneTurn(turn, nowMs), outcomes: new Map(outcomes) };
}

/** Links refused in all of the turns. */
export function refusedIn(
  turns: readonly { readonly refused: ReadonlyMap<string, RefusedCount> }[],
): ReadonlyMap<string, RefusedCount> {
  const sums = new Map<string, RefusedCount>();
  for (const { refused } of turns) {
    for (const [reason, { links, example }] of refused) {
      const before = sums.get(reason);
      sums.set(reason, { links: links + (before?.links ?? 0), example: before?.example ?? example });
    }
  }
  return sums;
}

/** When a turn ends although it has URLs left; they go back to the frontier. */
export interface TurnLimits {
  /** How long it lasts at most: what is not acknowledged would have to be fetched again after a crash. */
  readonly turnMs: number;
  /** A longer wait for the host's pace is left to the frontier. */
  readonly patienceMs: number;
  /** What it holds in memory, to be archived. */
  readonly pieceBytes: number;
}

/** For turns that end up in a commit of the same process: one turn more costs next to nothing. */
export const briefTurn: TurnLimits = { turnMs: 50, patienceMs: 25, pieceBytes: 16 << 20 };

/** A turn in progress. */
interface RunningTurn extends SiteAsk {
  readonly turn: Turn;
  readonly limits: TurnLimits;
  /** On the steady clock. */
  readonly beganMs: number;
  readonly outcomes: Map<number, UrlOutcome>;
}

/** Visits the URLs of a turn one after the other, as long as the host's robots.txt and pace allow. */
export async function hostTurn(crawl: SharedContext, turn: Turn, limits: TurnLimits): Promise<EndedTurn> {
  const running = begunTurn(crawl, turn, limits);
  const { context } = running;
  const { paces, retry } = context;
  const { host } = turn;
  if (paces.waitMs(host) > limits.patienceMs) return ended(running, paces.dueMs(host), null);
  const robots = context.robots.known(host) ?? (await unlessInterrupted(learntRobots(running, host)));
  if (robots === null) return ended(running, paces.dueMs(host), null);
  const { outcome } = robots;
  if (outcome.kind === "disallow-all" || outcome.kind === "wait") {
    const isLast = !robots.retry || robots.failures >= retry.hostFailures;
    const notBeforeMs = Math.max(outcome.retryAtMs, paces.dueMs(host));
    return ended(running, notBeforeMs, isLast ? `robots-${outcome.reason}` : null);
  }
  await visitUrls(running, outcome);
  const isLast = paces.failures(host) >= retry.hostFailures;
  return ended(running, paces.dueMs(host), isLast ? "host-failing" : null);
}

function begunTurn(crawl: SharedContext, turn: Turn, limits: TurnLimits): RunningTurn {
  const context = { ...crawl, refused: refusedLinks(), pathsChanged: new Set<string>() };
  const beside = { bytes: 0, spentMs: 0 };
  const gathered = { outcomes: new Map(), found: [], pieces: [], beside };
  return { context, turn, limits, beganMs: context.clock.steadyMs(), ...gathered };
}

/** URLs that are out of scope or that robots.txt disallows are refused, and cost the host nothing. */
async function visitUrls(running: RunningTurn, robots: RobotsOutcome): Promise<void> {
  const { context, turn, limits, beganMs, outcomes, found, pieces } = running;
  const { clock, paces, tdmrep, signal } = context;
  const { host } = turn;
  let bytes = 0;
  for (const one of turn.urls) {
    const path = one.rawUrl.slice(host.length);
    const refusal = context.scope(one.url, one.depth) ?? robotsRefusal(robots, path);
    if (refusal !== null) {
      outcomes.set(one.id, { kind: "refused", reason: refusal });
      continue;
    }
    if (signal.aborted || clock.steadyMs() - beganMs > limits.turnMs || bytes > limits.pieceBytes) return;
    if (paces.waitMs(host) > limits.patienceMs) return;
    if (tdmrep?.known(host) === null) {
      await learnTdmrep(running, tdmrep, host);
      if (signal.aborted || tdmrep.known(host) === null || paces.waitMs(host) > limits.patienceMs) return;
    }
    const visited = await unlessInterrupted(visit(context, host, one, siteFacts(running, robots, path)));
    if (visited === null) return;
    outcomes.set(one.id, visited.outcome);
    found.push(...visited.found);
    pieces.push(...visited.pieces);
    for (const piece of visited.pieces) bytes += piece.length;
  }
}

function ended(running: RunningTurn, notBeforeMs: number, blockedReason: string | null): EndedTurn {
  const { context, turn, outcomes, found, pieces, beside } = running;
  const refused = context.refused.take();
  const notes = newNotes(running);
  const ip = context.paces.ip(turn.host);
  return { turn, outcomes, found, pieces, notBeforeMs, blockedReason, refused, notes, ip, beside };
}

/** What the frontier does not know yet of the host and of the paths to URLs. */
function newNotes({ context, turn, outcomes }: RunningTurn): Note[] {
  const { robots, tdmrep, paces, paths, pathsChanged } = context;
  for (const { id, url } of turn.urls) {
    const outcome = outcomes.get(id);
    if (outcome === undefined || outcome.kind === "retry") continue;
    paths.visited(url);
    pathsChanged.add(url);
  }
  const { host } = turn;
  const ofHost = [robots.newNote(host), tdmrep?.newNote(host) ?? null, paces.newNote(host)];
  const all = [...ofHost, ...[...pathsChanged].map(paths.newNote)];
  return all.filter((note) => note !== null);
}

function robotsRefusal(outcome: RobotsOutcome, path: string): string | null {
  if (outcome.kind !== "rules") return null;
  const { allowed, reason } = robotsVerdict(outcome.rules, path);
  if (allowed) return null;
  return reason === "too-complex" ? "robots-too-complex" : "robots-disallowed";
}

/** What governed a page, for its metadata record. */
function siteFacts({ context, turn }: RunningTurn, robots: RobotsOutcome, path: string): Fields {
  const tdmrep = context.tdmrep?.known(turn.host) ?? null;
  const facts: [string, string][] = tdmrep === null ? [] : [["tdmrep", tdmrep.reason]];
  if (robots.kind !== "rules") return [["robots", `allowed, ${robots.reason}`], ...facts];
  const { reason, lineNumber } = robotsVerdict(robots.rules, path);
  return [
    ["robots", lineNumber === null ? `allowed, ${reason}` : `allowed, line ${lineNumber}`],
    ["robotsDigest", `sha256:${robots.fileSha256}`],
    ...facts,
  ];
}
