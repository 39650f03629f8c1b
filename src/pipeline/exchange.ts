import type { Outcome } from "../core/records.ts";
import { decodedBody, headerOf, httpHeadOf } from "../warc/http.ts";
import type { ArchiveRecord } from "../warc/record.ts";
import { essenceOf, readingOf, type Reading } from "./media-type.ts";

/** The HTTP exchange of a record, or what stands in for one; `end` is set when there is no page in it to parse. */
export interface Exchange {
  readonly status: number | null;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly contentType: string | null;
  readonly essence: string | null;
  /** As stored: after the head, before any decoding. */
  readonly payload: Buffer;
  /** Transfer and content encodings undone. */
  readonly body: Buffer;
  readonly reading: Reading;
  /** False when bytes are known to be missing: what the page does not say is then unknown. */
  readonly complete: boolean;
  /** Why bytes are missing: the record's own reason, or `decode`. */
  readonly truncated: string | null;
  readonly notes: readonly string[];
  readonly end: { readonly outcome: Outcome; readonly reason: string; readonly detail: string | null } | null;
}

/** Undoes what lies between a record's block and a page. Never throws: what cannot be read ends with a reason. */
export function exchangeOf(record: ArchiveRecord): Exchange {
  if (record.type === "revisit") return endedWith(record, "duplicate", "revisit", record.refersToUrl);
  if (record.type === "continuation") return endedWith(record, "skipped", "continuation", null);
  if (record.blockCapped) return endedWith(record, "failed", "too-large", `${record.blockBytes} bytes`);
  return isHttp(record) ? httpExchange(record) : bareExchange(record);
}

function isHttp(record: ArchiveRecord): boolean {
  if (record.type !== "response") return false;
  const essence = essenceOf(record.contentType);
  return essence === "application/http" || /^https?:/i.test(record.url ?? "");
}

function httpExchange(record: ArchiveRecord): Exchange {
  const head = httpHeadOf(record.block);
  if (!head.ok) return endedWith(record, "failed", "http-malformed", head.detail);
  const payload = record.block.subarray(head.bodyOffset);
  const contentType = headerOf(head.headers, "content-type");
  const essence = essenceOf(contentType);
  const seen = { status: head.status, headers: head.headers, contentType, essence, payload };
  if (head.status < 200 || head.status > 299 || head.status === 206) {
    return {
      ...bare(record),
      ...seen,
      end: { outcome: "skipped", reason: "http-status", detail: String(head.status) },
    };
  }
  const decoded = decodedBody(head.headers, payload);
  const whole = record.truncated === null && decoded.complete;
  const exchange: Exchange = {
    ...bare(record),
    ...seen,
    body: decoded.bytes,
    complete: whole,
    truncated: record.truncated ?? (decoded.complete ? null : "decode"),
    notes: decoded.notes,
    reading: readingOf(essence, decoded.bytes),
  };
  if (decoded.bytes.length === 0 && payload.length > 0) {
    return { ...exchange, end: { outcome: "failed", reason: "body-undecodable", detail: decoded.notes.join("; ") } };
  }
  return { ...exchange, end: endOf(record, exchange) };
}

/** A record without HTTP: a conversion (WET) or a resource, whose own Content-Type speaks. */
function bareExchange(record: ArchiveRecord): Exchange {
  if (record.type === "response") return endedWith(record, "skipped", "not-http", record.contentType);
  const exchange = bare(record);
  return { ...exchange, end: endOf(record, exchange) };
}

function endOf(record: ArchiveRecord, exchange: Exchange): Exchange["end"] {
  if (record.url === null) return { outcome: "failed", reason: "no-url", detail: null };
  if (isRobotsTxt(record.url)) return { outcome: "skipped", reason: "robots-txt", detail: null };
  if (exchange.body.length === 0) return { outcome: "skipped", reason: "empty-body", detail: null };
  if (exchange.reading === "none") return { outcome: "skipped", reason: "media-type", detail: exchange.essence };
  return null;
}

function isRobotsTxt(url: string): boolean {
  return /^https?:\/\/[^/?#]+\/robots\.txt$/i.test(url);
}

function bare(record: ArchiveRecord): Exchange {
  const essence = essenceOf(record.contentType);
  return {
    status: null,
    headers: [],
    contentType: record.contentType,
    essence,
    payload: record.block,
    body: record.block,
    reading: record.type === "response" ? "none" : readingOf(essence, record.block),
    complete: record.truncated === null,
    truncated: record.truncated,
    notes: [],
    end: null,
  };
}

function endedWith(record: ArchiveRecord, outcome: Outcome, reason: string, detail: string | null): Exchange {
  const reads = record.type === "response" && !record.blockCapped ? httpHeadOf(record.block) : null;
  const known = reads === null || !reads.ok ? {} : { status: reads.status, headers: reads.headers };
  return { ...bare(record), ...known, end: { outcome, reason, detail } };
}
