import { unlessInterrupted } from "../async/abort.ts";
import { siteFiles } from "../core/rights.ts";
import { redirectTargetOf } from "../fetch/address-rules.ts";
import type { Exchanged, ExchangeResult } from "../fetch/result.ts";
import type { FoundUrl } from "../frontier/turn.ts";
import { fileTextOf } from "../robots/file-text.ts";
import { robotsVerdict } from "../robots/verdict.ts";
import { hostKeyOf } from "../url/normalize.ts";
import { headerOf } from "../warc/http.ts";
import type { Fields } from "../warc/record.ts";
import { textBodyOf } from "../warc/text-body.ts";
import type { CrawlContext } from "./crawl-settings.ts";
import { statedSitemaps } from "./discovered-urls.ts";
import { exchangeRecords } from "./exchange-records.ts";
import type { KnownRobots } from "./robots/robots-keeper.ts";
import { fetchRobots, type RobotsOutcome } from "./robots/robots-outcome.ts";
import type { TdmrepKeeper } from "./tdmrep-keeper.ts";

/** A turn, as far as asking for the files of its site adds to it. */
export interface SiteAsk {
  readonly context: CrawlContext;
  readonly found: FoundUrl[];
  /** Archived exchanges. */
  readonly pieces: Buffer[];
  /** Bytes over the wire and milliseconds, against the budgets. */
  readonly beside: { bytes: number; spentMs: number };
}

/** As with robots.txt. */
const maxRedirects = 5;
const limits = { maxDecodedBytes: 1 << 20, maxRatio: 1000, ratioFreeBytes: 1 << 20, maxEncodings: 2 };

/** Asks for a host's robots.txt, each hop at the pace of its own host; archives all of them. */
export async function learntRobots(asking: SiteAsk, host: string): Promise<KnownRobots> {
  const { context, found } = asking;
  const { ask, headers, targets, robots, paces } = context;
  const exchange: Parameters<typeof fetchRobots>[0] = (request) => ask(hostKeyOf(request.url), request);
  const look = await fetchRobots(exchange, host, { headers }, targets);
  for (const { url, result } of look.hops) archive(asking, url, result, [["robotsOf", host]]);
  const known = robots.learn(host, look);
  if (known.outcome.kind !== "rules") return known;
  paces.setCrawlDelay(host, known.outcome.rules.crawlDelayMs);
  if (context.followSitemaps) found.push(...statedSitemaps(context, host, known.outcome.statements));
  return known;
}

/**
 * Asks for a host's tdmrep.json, as for a page: at the host's pace, where robots.txt allows it, through up to five
 * redirects whose hosts' robots.txt are asked too; archives all of it. That it cannot be had keeps no page from being
 * asked for. Source: W3C TDMRep final report, section on the well-known file.
 */
export async function learnTdmrep(asking: SiteAsk, keeper: TdmrepKeeper, host: string): Promise<void> {
  const answer = await unlessInterrupted(tdmrepAnswer(asking, host));
  // Nothing was found out, not even that there is nothing to find: the next turn asks.
  if (answer === null) return;
  const { reason, result, isFailure } = answer;
  if (reason === "robots-disallowed") asking.context.refused.note("robots-disallowed-site-file", tdmrepUrl(host));
  const text = result === null || result.status > 299 ? null : textOf(result);
  keeper.learn(host, { reason, text }, isFailure);
}

interface TdmrepAnswer {
  readonly reason: string;
  /** The last one; `null` when none came, or it led nowhere. */
  readonly result: Exchanged | null;
  readonly isFailure: boolean;
}

/** Where a host (`hostKeyOf`) has its tdmrep.json. */
export function tdmrepUrl(host: string): string {
  return host + siteFiles.tdmrep;
}

async function tdmrepAnswer(asking: SiteAsk, host: string): Promise<TdmrepAnswer> {
  let url = tdmrepUrl(host);
  for (let hops = 0; hops <= maxRedirects; hops += 1) {
    const hop = tdmrepHop(asking, host, url);
    // A worker may not get hold of the host that it is redirected to; an interruption at its own is its caller's.
    const answer = hostKeyOf(url) === host ? await hop : await unlessInterrupted(hop);
    if (answer === null) return noFile("redirect-host-busy", true);
    if (!("next" in answer)) return answer;
    url = answer.next;
  }
  return noFile("redirects-too-many");
}

/** One request on the way to the file: how it ended, or where it is to be looked for next. */
async function tdmrepHop(
  asking: SiteAsk,
  host: string,
  url: string,
): Promise<TdmrepAnswer | { readonly next: string }> {
  const { ask, headers, targets } = asking.context;
  const refusal = await robotsRefusalOf(asking, url);
  if (refusal !== null) return noFile(refusal, refusal !== "robots-disallowed");
  const result = await ask(hostKeyOf(url), { url, headers });
  archive(asking, url, result, [["tdmrepOf", host]]);
  if (!result.ok) return noFile(result.reason, result.retry);
  const target = redirectTargetOf(result, url, targets);
  const isFailure = result.status === 429 || result.status >= 500;
  if (target === null) return { reason: `status-${result.status}`, result, isFailure };
  return target.ok ? { next: target.url } : noFile(`redirect-${target.reason}`);
}

function noFile(reason: string, isFailure = false): TdmrepAnswer {
  return { reason, result: null, isFailure };
}

/** Why a URL may not be asked for; asks for the robots.txt of its host where that is not known. */
async function robotsRefusalOf(asking: SiteAsk, url: string): Promise<string | null> {
  const host = hostKeyOf(url);
  const { outcome } = asking.context.robots.known(host) ?? (await learntRobots(asking, host));
  return refusalBy(outcome, url.slice(host.length));
}

/** Why robots.txt keeps a path from being asked for; `null` when it does not. */
export function refusalBy(outcome: RobotsOutcome, path: string): string | null {
  if (outcome.kind === "allow-all") return null;
  if (outcome.kind !== "rules") return `robots-${outcome.reason}`;
  return robotsVerdict(outcome.rules, path).allowed ? null : "robots-disallowed";
}

function archive(asking: SiteAsk, url: string, result: ExchangeResult, facts: Fields): void {
  asking.pieces.push(...exchangeRecords({ url, result, earlier: null, facts }).pieces);
  if (result.ok) asking.beside.bytes += result.responseHead.length + result.body.length;
  asking.beside.spentMs += result.timings.totalMs;
}

function textOf({ headers, payload }: Exchanged): string | null {
  const coding = headerOf(headers, "content-encoding");
  const { bytes } = textBodyOf(coding === null ? [] : [["content-encoding", coding]], payload, limits);
  const text = fileTextOf(bytes);
  // A page that stands in its place says nothing.
  return /^\s*</.test(text) ? null : text;
}
