import { unlessInterrupted } from "../async/abort.ts";
import type { Fields } from "../warc/record.ts";
import { refusedLinks, type CrawlContext, type SharedContext } from "./crawl-context.ts";
import { exchangeRecords } from "./exchange-records.ts";
import { leadTo, priorities } from "./discovered-urls.ts";
import type { Note } from "../frontier/frontier.ts";
import type { FoundUrl, RefusedCount, Turn, TurnResult, UrlOutcome } from "../frontier/turn.ts";
import { addressOf, hostKeyOf } from "../url/normalize.ts";
import { fetchRobots } from "../robots/fetch.ts";
import type { RobotsOutcome } from "../robots/outcome.ts";
import { robotsVerdict } from "../robots/verdict.ts";
import type { KnownRobots } from "../robots/cache.ts";
import { visit } from "./visit.ts";

/** A turn that is over: all that must reach the disk before its URLs count as ended. */
export interface EndedTurn extends TurnResult {
  readonly found: readonly FoundUrl[];
  readonly pieces: readonly Buffer[];
  /** Why it gets no more in this run. */
  readonly blockedReason: string | null;
  /** Links that never became URLs, by reason. */
  readonly refused: ReadonlyMap<string, RefusedCount>;
  /** What is to be written down of the host. */
  readonly notes: readonly Note[];
  /** Address the host was last seen at. */
  readonly ip: string | null;
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

/** For turns whose end is committed by the process that did them: an end more costs next to nothing. */
export const briefTurn: TurnLimits = { turnMs: 50, patienceMs: 25, pieceBytes: 16 << 20 };

/** Visits the URLs of a turn one after the other, as long as the host's robots.txt and pace allow. */
export async function hostTurn(
  crawl: SharedContext,
  turn: Turn,
  { turnMs, patienceMs, pieceBytes }: TurnLimits,
): Promise<EndedTurn> {
  const context: CrawlContext = { ...crawl, refused: refusedLinks(), waysChanged: new Set() };
  const { clock, paces, retry, signal, ways, waysChanged } = context;
  const { host } = turn;
  const began = clock.steadyMs();
  const outcomes = new Map<number, UrlOutcome>();
  const found: FoundUrl[] = [];
  const pieces: Buffer[] = [];
  const newNotes = (): Note[] => {
    for (const { id, url } of turn.urls) {
      const outcome = outcomes.get(id);
      if (outcome === undefined || outcome.kind === "retry") continue;
      ways.end(url);
      waysChanged.add(url);
    }
    const all = [context.robots.newNote(host), paces.newNote(host), ...[...waysChanged].map(ways.newNote)];
    return all.filter((note) => note !== null);
  };
  const ended = (notBeforeMs: number, blockedReason: string | null = null): EndedTurn => ({
    turn,
    outcomes,
    found,
    pieces,
    notBeforeMs,
    blockedReason,
    refused: context.refused.take(),
    notes: newNotes(),
    ip: paces.ip(host),
  });
  if (paces.waitMs(host) > patienceMs) return ended(paces.dueMs(host));
  const robots = context.robots.known(host) ?? (await unlessInterrupted(learntRobots(context, host, pieces, found)));
  if (robots === null) return ended(paces.dueMs(host));
  const { outcome } = robots;
  if (outcome.kind === "disallow-all" || outcome.kind === "wait") {
    const isLast = !robots.retry || robots.failures >= retry.hostFailures;
    const notBeforeMs = Math.max(outcome.retryAtMs, paces.dueMs(host));
    return ended(notBeforeMs, isLast ? `robots-${outcome.reason}` : null);
  }
  let bytes = 0;
  for (const one of turn.urls) {
    const refusal = context.scope(one.url, one.depth) ?? robotsRefusal(outcome, one.rawUrl.slice(host.length));
    if (refusal !== null) {
      outcomes.set(one.id, { kind: "refused", reason: refusal });
      continue;
    }
    if (signal.aborted || clock.steadyMs() - began > turnMs || bytes > pieceBytes) break;
    const waitMs = paces.waitMs(host);
    if (waitMs > patienceMs) break;
    const facts = robotsFacts(outcome, one.rawUrl.slice(host.length));
    const visited = await unlessInterrupted(visit(context, host, one, facts));
    if (visited === null) break;
    outcomes.set(one.id, visited.outcome);
    found.push(...visited.found);
    pieces.push(...visited.pieces);
    for (const piece of visited.pieces) bytes += piece.length;
  }
  const isLast = paces.failures(host) >= retry.hostFailures;
  return ended(paces.dueMs(host), isLast ? "host-failing" : null);
}

/** Asks for robots.txt, each hop at the pace of its own host; archives all of them. */
async function learntRobots(
  context: CrawlContext,
  host: string,
  pieces: Buffer[],
  found: FoundUrl[],
): Promise<KnownRobots> {
  const { ask, headers, targets, robots, paces, scope } = context;
  const exchange: Parameters<typeof fetchRobots>[0] = (request) => ask(hostKeyOf(request.url), request);
  const look = await fetchRobots(exchange, host, { headers }, targets);
  for (const { url, result } of look.hops) {
    const facts: Fields = [["robotsOf", host]];
    pieces.push(...exchangeRecords({ url, result, earlier: null, facts }).pieces);
  }
  const known = robots.learn(host, look);
  const { outcome } = known;
  if (outcome.kind !== "rules") return known;
  paces.setCrawlDelay(host, outcome.rules.crawlDelayMs);
  if (!context.followSitemaps) return known;
  for (const { name, value } of outcome.statements) {
    const address = name === "sitemap" ? addressOf(value, `${host}/`) : null;
    if (address === null) continue;
    const { namedBy } = context.ways.of(address.url);
    if (!namedBy.includes(host)) leadTo(context, address.url, { namedBy: [...namedBy, host] });
    const reason = scope(address.url, 0);
    if (reason === null) found.push({ ...address, depth: 0, priority: priorities.list, via: "sitemap" });
    else context.refused.note(reason, address.url);
  }
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
