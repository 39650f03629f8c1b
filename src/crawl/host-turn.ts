import { unlessInterrupted } from "../async/abort.ts";
import { backoffMs } from "../async/retry.ts";
import type { Note } from "../frontier/frontier.ts";
import type { FoundUrl, Turn, UrlOutcome, RefusedCount, TurnResult } from "../frontier/turn.ts";
import { robotsVerdict } from "../robots/verdict.ts";
import { hostKeyOf } from "../url/normalize.ts";
import type { Fields } from "../warc/record.ts";
import { type CrawlContext, type SharedContext, type RetryOptions, refusedLinks } from "./crawl-settings.ts";
import { statedSitemaps } from "./discovered-urls.ts";
import { exchangeRecords } from "./exchange-records.ts";
import type { KnownRobots } from "./robots/robots-keeper.ts";
import { fetchRobots, type RobotsOutcome } from "./robots/robots-outcome.ts";
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
}

/** A turn in which nothing was done: all its URLs go back. */
export function undoneTurn(turn: Turn, notBeforeMs: number): EndedTurn {
  const nothing = { outcomes: new Map(), found: [], pieces: [], refused: new Map(), notes: [], ip: null };
  return { turn, ...nothing, notBeforeMs, blockedReason: null };
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
interface RunningTurn {
  readonly context: CrawlContext;
  readonly turn: Turn;
  readonly limits: TurnLimits;
  /** On the steady clock. */
  readonly beganMs: number;
  readonly outcomes: Map<number, UrlOutcome>;
  readonly found: FoundUrl[];
  readonly pieces: Buffer[];
}

/** Visits the URLs of a turn one after the other, as long as the host's robots.txt and pace allow. */
export async function hostTurn(crawl: SharedContext, turn: Turn, limits: TurnLimits): Promise<EndedTurn> {
  const context: CrawlContext = { ...crawl, refused: refusedLinks(), pathsChanged: new Set() };
  const { clock, paces, retry } = context;
  const { host } = turn;
  const beganMs = clock.steadyMs();
  const running: RunningTurn = { context, turn, limits, beganMs, outcomes: new Map(), found: [], pieces: [] };
  if (paces.waitMs(host) > limits.patienceMs) return ended(running, paces.dueMs(host), null);
  const robots = context.robots.known(host) ?? (await unlessInterrupted(learntRobots(running)));
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

/** URLs that are out of scope or that robots.txt disallows are refused, and cost the host nothing. */
async function visitUrls(running: RunningTurn, robots: RobotsOutcome): Promise<void> {
  const { context, turn, limits, beganMs, outcomes, found, pieces } = running;
  const { clock, paces, signal } = context;
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
    const visited = await unlessInterrupted(visit(context, host, one, robotsFacts(robots, path)));
    if (visited === null) return;
    outcomes.set(one.id, visited.outcome);
    found.push(...visited.found);
    pieces.push(...visited.pieces);
    for (const piece of visited.pieces) bytes += piece.length;
  }
}

function ended(running: RunningTurn, notBeforeMs: number, blockedReason: string | null): EndedTurn {
  const { context, turn, outcomes, found, pieces } = running;
  const refused = context.refused.take();
  const notes = newNotes(running);
  return { turn, outcomes, found, pieces, notBeforeMs, blockedReason, refused, notes, ip: context.paces.ip(turn.host) };
}

/** What the frontier does not know yet of the host and of the paths to URLs. */
function newNotes({ context, turn, outcomes }: RunningTurn): Note[] {
  const { robots, paces, paths, pathsChanged } = context;
  for (const { id, url } of turn.urls) {
    const outcome = outcomes.get(id);
    if (outcome === undefined || outcome.kind === "retry") continue;
    paths.visited(url);
    pathsChanged.add(url);
  }
  const all = [robots.newNote(turn.host), paces.newNote(turn.host), ...[...pathsChanged].map(paths.newNote)];
  return all.filter((note) => note !== null);
}

/** Asks for robots.txt, each hop at the pace of its own host; archives all of them. */
async function learntRobots({ context, turn, pieces, found }: RunningTurn): Promise<KnownRobots> {
  const { ask, headers, targets, robots, paces } = context;
  const { host } = turn;
  const exchange: Parameters<typeof fetchRobots>[0] = (request) => ask(hostKeyOf(request.url), request);
  const look = await fetchRobots(exchange, host, { headers }, targets);
  for (const { url, result } of look.hops) {
    const facts: Fields = [["robotsOf", host]];
    pieces.push(...exchangeRecords({ url, result, earlier: null, facts }).pieces);
  }
  const known = robots.learn(host, look);
  if (known.outcome.kind !== "rules") return known;
  paces.setCrawlDelay(host, known.outcome.rules.crawlDelayMs);
  if (context.followSitemaps) found.push(...statedSitemaps(context, host, known.outcome.statements));
  return known;
}

function robotsRefusal(outcome: RobotsOutcome, path: string): string | null {
  if (outcome.kind !== "rules") return null;
  const { allowed, reason } = robotsVerdict(outcome.rules, path);
  if (allowed) return null;
  return reason === "too-complex" ? "robots-too-complex" : "robots-disallowed";
}

/** What governed a page, for its metadata record. */
function robotsFacts(outcome: RobotsOutcome, path: string): Fields {
  if (outcome.kind !== "rules") return [["robots", `allowed, ${outcome.reason}`]];
  const { reason, lineNumber } = robotsVerdict(outcome.rules, path);
  return [
    ["robots", lineNumber === null ? `allowed, ${reason}` : `allowed, line ${lineNumber}`],
    ["robotsDigest", `sha256:${outcome.fileSha256}`],
  ];
}
