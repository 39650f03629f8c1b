import type { OutcomeReason } from "../core/outcome-reasons.ts";
import type { SiteFile } from "../core/records.ts";
import type { SiteFileKind } from "../core/rights.ts";
import { essenceOf, readingOf, type Reading } from "../page/media-type.ts";
import { decodedBody, headerOf, httpHeadOf, isShortBody, type HttpHead, type HttpHeadFault } from "../warc/http.ts";
import type { ArchiveRecord, Fields } from "../warc/record.ts";
import { textBodyOf } from "../warc/text-body.ts";
import { siteFileGone, siteFileKindOf, siteFileOf } from "./site-file.ts";
import { targetFault } from "./target.ts";

/** What is read of a record; a block without `blockBytes` is whole, and so is one without a `segmentNumber`. */
export type Enclosed = Pick<ArchiveRecord, "type" | "url" | "contentType" | "truncated" | "block" | "problems"> &
  Partial<Pick<ArchiveRecord, "blockBytes" | "refersToUrl" | "segmentNumber">>;

/** The HTTP exchange of a record, or what stands in for one. */
export interface Exchange {
  /** Of a response, or of the head that a revisit repeats. */
  readonly status: number | null;
  readonly headers: Fields;
  readonly contentType: string | null;
  readonly essence: string | null;
  /** As stored: after the head, before any decoding. */
  readonly payload: Buffer;
  /** Transfer and content encodings undone. */
  readonly body: Buffer;
  readonly reading: Reading;
  /**
   * Why bytes are missing: the record's own reason; `length-mismatch`, the record is not as long as it says; `segmented`,
   * other segments of it were not joined; `content-length`, the body is shorter than HTTP said; or `decode`. What the
   * page does not say is then unknown.
   * `null` when nothing is known to be missing.
   */
  readonly truncated: string | null;
  /** What was odd about the body's codings: the notes of `decodedBody`. */
  readonly notes: readonly string[];
  /** Set when there is no page in it to parse. */
  readonly noPage: NoPage | null;
}

/** Why there is no page to parse. */
export interface NoPage {
  readonly reason: OutcomeReason;
  readonly detail: string | null;
  /** What it is instead. */
  readonly siteFile?: SiteFile | null;
}

/** Undoes what is between a record's block and a page, in order: head, body, media type, outcome. Never throws. */
export function exchangeOf(record: Enclosed): Exchange {
  const found = record.type === "response" || record.type === "revisit" ? httpHeadOf(record.block) : null;
  const http = found !== null && isHttp(record) ? found : null;
  // Only a response that is whole has a payload behind its head.
  const head = http?.ok === true && record.type === "response" && !isCapped(record) ? http : null;
  const payload = head === null ? record.block : record.block.subarray(head.bodyOffset);
  const kind = record.url === null ? null : siteFileKindOf(record.url);
  const body = bodyOf(head, payload, kind);
  const contentType = head === null ? record.contentType : headerOf(head.headers, "content-type");
  const essence = essenceOf(contentType);
  const exchange = {
    status: found?.ok === true ? found.status : null,
    headers: http?.ok === true ? http.headers : [],
    contentType,
    essence,
    payload,
    body: body.bytes,
    reading: readingOf(essence, body.bytes),
    truncated: cutOf(record) ?? body.missing,
    notes: body.notes,
  };
  return { ...exchange, noPage: noPageOf(record, http, exchange, kind) };
}

function isCapped({ block, blockBytes = block.length }: Enclosed): boolean {
  return block.length < blockBytes;
}

/** Type of a block that is a whole message: it says nothing of what the message carries. */
const httpMessage = /^\s*application\/http\s*(?:;|$)/i;

function isHttp({ contentType, url }: Enclosed): boolean {
  return httpMessage.test(contentType ?? "") || /^https?:/i.test(url ?? "");
}

interface Body {
  readonly bytes: Buffer;
  readonly notes: readonly string[];
  readonly missing: "content-length" | "decode" | null;
}

/** A page is in the payload of a whole, successful answer; any other payload is left as it is. */
function bodyOf(head: HttpHead | null, payload: Buffer, siteFile: SiteFileKind | null): Body {
  if (head === null || !isSuccess(head.status)) return { bytes: payload, notes: [], missing: null };
  const { bytes, complete, notes } =
    siteFile === null ? decodedBody(head.headers, payload) : textBodyOf(head.headers, payload);
  const short = isShortBody(head.headers, payload, notes);
  return { bytes, notes, missing: short ? "content-length" : complete ? null : "decode" };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299 && status !== 206;
}

/** Why the block is known not to be whole; writers that are cut off rarely live to say so in a field. */
function cutOf({ type, truncated, problems, segmentNumber = null }: Enclosed): string | null {
  if (truncated !== null) return truncated;
  if (problems.some(({ code }) => code === "length-mismatch")) return "length-mismatch";
  return segmentNumber === null || type === "continuation" ? null : "segmented";
}

/** The first reason that holds, in this order; a record without HTTP is judged by its own Content-Type. */
function noPageOf(
  record: Enclosed,
  http: HttpHead | HttpHeadFault | null,
  { payload, body, essence, reading, truncated, notes }: Omit<Exchange, "noPage">,
  kind: SiteFileKind | null,
): NoPage | null {
  const { type, url } = record;
  if (type === "revisit") return { reason: "revisit", detail: record.refersToUrl ?? null };
  if (type === "continuation") return { reason: "continuation", detail: null };
  const fault = url === null ? null : targetFault(url);
  if (fault !== null) return { reason: fault, detail: record.contentType };
  const ofSite = (bytes: Buffer, isCut: boolean): SiteFile | null =>
    kind === null || url === null || type === "conversion" ? null : siteFileOf(kind, { url, body: bytes, isCut });
  if (isCapped(record)) {
    const siteFile = kind === null ? null : ofSite(cappedBodyOf(record, http), true);
    return { reason: "too-large", detail: `${record.blockBytes} bytes`, siteFile };
  }
  if (type === "response" && http === null) return { reason: "not-http", detail: record.contentType };
  if (http?.ok === false) return { reason: "http-malformed", detail: http.detail };
  if (http !== null && !isSuccess(http.status)) {
    return { reason: "http-status", detail: String(http.status), siteFile: siteFileGone(kind, url ?? "", http.status) };
  }
  // A payload that was there before its coding was taken off, and of which nothing is left.
  if (body.length === 0 && payload.length > 0)
    return { reason: "body-undecodable", detail: notes.join("; "), siteFile: ofSite(body, true) };
  if (url === null) return { reason: "no-url", detail: null };
  const siteFile = ofSite(body, truncated !== null);
  if (kind === "robots-txt") return { reason: "robots-txt", detail: null, siteFile };
  if (siteFile !== null) return { reason: "site-file", detail: null, siteFile };
  if (body.length === 0) return { reason: "empty-body", detail: null };
  return reading === "none" ? { reason: "media-type", detail: essence } : null;
}

/** What can be read of a site's file of which only the beginning was: the limits of files lie far below that of records. */
function cappedBodyOf({ block }: Enclosed, http: HttpHead | HttpHeadFault | null): Buffer {
  if (http === null) return block;
  if (!http.ok || !isSuccess(http.status)) return Buffer.alloc(0);
  return textBodyOf(http.headers, block.subarray(http.bodyOffset)).bytes;
}
