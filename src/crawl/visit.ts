import { backoffMs } from "../async/retry.ts";
import type { Meta } from "../core/page.ts";
import { isGone } from "../core/versions.ts";
import { redirectTargetOf } from "../fetch/address-rules.ts";
import type { Exchanged, NotExchanged } from "../fetch/result.ts";
import type { FoundUrl, PageChange, TurnUrl, UrlOutcome, Validators } from "../frontier/turn.ts";
import { addressOf } from "../url/normalize.ts";
import { decodedBody, headerOf } from "../warc/http.ts";
import type { Fields } from "../warc/record.ts";
import { freeBytes, freeWhole } from "../warc/release-memory.ts";
import type { CrawlContext } from "./crawl-settings.ts";
import { noteDiscovery, listUrls, pageUrls, priorities, outLinksOf } from "./discovered-urls.ts";
import { exchangeRecords, type ExchangeRecords } from "./exchange-records.ts";
import { optOutsSeen } from "./opt-outs.ts";
import { sitemapOf } from "./sitemap.ts";

/** The result of visiting one URL. */
export interface Visit {
  readonly outcome: UrlOutcome;
  readonly found: readonly FoundUrl[];
  /** The exchange as it is to be archived. */
  readonly pieces: readonly Buffer[];
}

const maxRedirects = 10;
/** The same request may well be answered later. */
const laterStatuses = new Set([408, 425, 429, 500, 502, 503, 504]);
const refusals: ReadonlySet<string> = new Set(["url", "scheme", "port", "ssrf-host", "ssrf-address"]);

/** Asks for a URL that may be asked for, archives the exchange and finds where it leads. */
export async function visit(context: CrawlContext, host: string, one: TurnUrl, robotsFacts: Fields): Promise<Visit> {
  const { siteSignals, refusedSignals } = context;
  const headers = [...context.headers, ...conditions(one.validators)];
  const result = await context.ask(host, { url: one.rawUrl, headers });
  const facts: Fields = [["depth", String(one.depth)], ["attempt", String(one.attempts + 1)], ...robotsFacts];
  const records = exchangeRecords({ url: one.rawUrl, result, earlier: one.validators, facts });
  const { pieces } = records;
  if (!result.ok) return { outcome: faultOutcome(context, host, one, result), found: [], pieces };
  if (laterStatuses.has(result.status)) {
    const outcome = retryOutcome(context, host, one, `status-${result.status}`);
    return { outcome, found: [], pieces };
  }
  const bytes = result.responseHead.length + result.body.length;
  // Without its chunks it is a copy: the other one is archived by now.
  if (result.payload.buffer !== result.body.buffer) freeWhole(result.body);
  const { found, isPage, metas } = await discoveredIn(context, one, result, records);
  freeWhole(result.body);
  freeWhole(result.payload);
  const optOuts = optOutsSeen(one, result, { ...records, metas, site: siteSignals(host, one.rawUrl) }, refusedSignals);
  const change = changeOf(one.validators, result.status, records.isRevisit);
  const outcome: UrlOutcome = {
    kind: "done",
    status: result.status,
    validators: validatorsOf(one, result, { ...records, optOuts: optOuts.noted }),
    bytes,
    spentMs: result.timings.totalMs,
    ...(isPage && records.payloadDigest !== null ? { textDigest: records.payloadDigest } : {}),
    ...(change === null ? {} : { change }),
    ...(optOuts.isNew ? { optedOut: true } : {}),
  };
  return { outcome, found, pieces };
}

function changeOf(earlier: Validators | null, status: number, isRevisit: boolean): PageChange | null {
  const isPage = status >= 200 && status <= 299;
  if (earlier === null) return isPage ? "new" : null;
  const wasSo = status === 304 || earlier.status === null || earlier.status === status;
  if (isRevisit && wasSo) return "unchanged";
  if (!isGone(status)) return "changed";
  return earlier.status !== null && isGone(earlier.status) ? "unchanged" : "gone";
}

/** Asks whether it has changed since. Source: RFC 9110, 13.1. */
function conditions(validators: Validators | null): [string, string][] {
  const fields: [string, string][] = [];
  if (validators === null) return fields;
  if (validators.etag !== null) fields.push(["If-None-Match", validators.etag]);
  if (validators.lastModified !== null) fields.push(["If-Modified-Since", validators.lastModified]);
  return fields;
}

function validatorsOf(
  { validators: earlier }: TurnUrl,
  result: Exchanged,
  { recordId, payloadDigest, isRevisit, optOuts }: ExchangeRecords & { readonly optOuts: string | null },
): Validators | null {
  if (recordId === null || payloadDigest === null || (result.status === 304 && earlier === null)) return null;
  const whole = result.truncated === null;
  const visitedAt = Math.round(result.timings.startMs);
  if (result.status === 304 && earlier !== null) return { ...earlier, visitedAt, optOuts };
  const isKnown = isRevisit && earlier !== null;
  return {
    // Of a body that was cut short the rest is still wanted.
    etag: whole ? headerOf(result.headers, "etag") : null,
    lastModified: whole ? headerOf(result.headers, "last-modified") : null,
    payloadDigest,
    // The payload stays where the first of equal visits put it: a later revisit must not refer to a revisit.
    capturedAt: isKnown ? earlier.capturedAt : visitedAt,
    recordId: isKnown ? earlier.recordId : recordId,
    visitedAt,
    status: result.status,
    optOuts,
  };
}

function faultOutcome(context: CrawlContext, host: string, one: TurnUrl, { reason, retry }: NotExchanged): UrlOutcome {
  if (refusals.has(reason)) return { kind: "refused", reason };
  return retry ? retryOutcome(context, host, one, reason) : { kind: "failed", reason };
}

function retryOutcome({ retry, clock, paces }: CrawlContext, host: string, one: TurnUrl, reason: string): UrlOutcome {
  if (one.attempts + 1 >= retry.attempts) return { kind: "failed", reason };
  return {
    kind: "retry",
    notBeforeMs: Math.max(paces.dueMs(host), clock.nowMs() + backoffMs(one.attempts + 1, retry)),
    reason,
  };
}

/** What a response leads to. */
interface Discovered {
  readonly found: readonly FoundUrl[];
  readonly isPage: boolean;
  readonly metas: readonly Meta[];
}

/** The target of a redirect, the links of a page, or the entries of a sitemap or feed. */
async function discoveredIn(
  context: CrawlContext,
  one: TurnUrl,
  result: Exchanged,
  { isRevisit }: ExchangeRecords,
): Promise<Discovered> {
  const nowhere = { found: [], isPage: false, metas: [] };
  const redirect = redirectTargetOf(result, one.rawUrl, context.targets);
  if (redirect !== null) {
    const found = redirect.ok ? redirectedTo(context, one, redirect.url) : null;
    if (!redirect.ok) context.refused.note(`redirect-${redirect.reason}`, one.url);
    return { ...nowhere, found: found === null ? [] : [found] };
  }
  // What has not changed leads where it led before.
  if (isRevisit || result.status < 200 || result.status > 299) return nowhere;
  const { bytes } = decodedBody(codingsOf(result), result.payload);
  if (bytes.length === 0) return nowhere;
  const isOwn = bytes.buffer !== result.payload.buffer;
  if (isOwn) {
    freeWhole(result.body);
    freeWhole(result.payload);
  }
  const contentType = headerOf(result.headers, "content-type");
  const out = outLinksOf({ url: one.rawUrl, headers: result.headers, contentType, bytes }, context.productToken);
  if (out !== null) {
    if (isOwn) freeBytes(bytes);
    return { found: pageUrls(out, one.depth + 1, context), isPage: true, metas: out.metas };
  }
  if (!mayBeList(context, one.url, contentType, bytes)) return nowhere;
  return { ...nowhere, found: listUrls(await sitemapOf(bytes), one.url, one.depth, context) };
}

/** Any text with an address in it could be a sitemap: only what is named so is taken for one. */
function mayBeList({ paths }: CrawlContext, url: string, contentType: string | null, bytes: Buffer): boolean {
  const { namedBy, indexes } = paths.of(url);
  if (namedBy.length > 0 || indexes > 0 || listPath.test(url)) return true;
  return /xml|rss|atom/i.test(contentType ?? "") || bytes.subarray(0, 100).toString("latin1").includes("<?xml");
}

const listPath = /\/[^/]*(?:sitemap[^/]*\.(?:xml|txt)|\.xml)(?:\.gz)?$/i;

function redirectedTo(context: CrawlContext, one: TurnUrl, target: string): FoundUrl | null {
  const address = addressOf(target);
  if (address === null || address.url === one.url) return null;
  const reason = context.scope(address.url, one.depth);
  const redirects = context.paths.of(one.url).redirects + 1;
  if (reason !== null || redirects > maxRedirects) {
    context.refused.note(reason ?? "redirects-too-many", address.url);
    return null;
  }
  noteDiscovery(context, address.url, { redirects });
  return { ...address, depth: one.depth, priority: priorities.redirect, via: "redirect" };
}

/** The payload is without its chunks already. */
function codingsOf({ headers }: Exchanged): Fields {
  return headers.filter(([name]) => name.toLowerCase() === "content-encoding");
}
