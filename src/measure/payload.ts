import type { Outcome } from "../core/records.ts";
import { decodedBody, headerOf, httpHeadOf } from "../warc/http.ts";
import type { ArchiveRecord } from "../warc/record.ts";
import { essenceOf, readingOf, type Reading } from "../page/media-type.ts";

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
  /**
   * Why bytes are missing: the record's own reason; `length-mismatch`, the record is not as long as it says;
   * `content-length`, the body is shorter than HTTP said; or `decode`.
   */
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
  const truncated =
    cutOf(record) ??
    (isShort(head.headers, payload, decoded.notes) ? "content-length" : null) ??
    (decoded.complete ? null : "decode");
  const exchange: Exchange = {
    ...bare(record),
    ...seen,
    body: decoded.bytes,
    complete: truncated === null,
    truncated,
    notes: decoded.notes,
    reading: readingOf(essence, decoded.bytes),
  };
  if (decoded.bytes.length === 0 && payload.length > 0) {
    return { ...exchange, end: { outcome: "failed", reason: "body-undecodable", detail: decoded.notes.join("; ") } };
  }
  return { ...exchange, end: endOf(record, exchange) };
}

/** Why the block is known not to be whole; writers that are cut off rarely live to say so in a field. */
function cutOf({ truncated, problems }: ArchiveRecord): string | null {
  return truncated ?? (problems.some(({ code }) => code === "length-mismatch") ? "length-mismatch" : null);
}

/** A body that came in chunks, or is stored decoded, has another length than the header says, and rightly so. */
function isShort(headers: Exchange["headers"], payload: Buffer, notes: readonly string[]): boolean {
  const stated = headerOf(headers, "content-length") ?? "";
  if (!/^\d+$/.test(stated) || headerOf(headers, "transfer-encoding") !== null) return false;
  return Number(stated) > payload.length && !notes.includes("stored-decoded");
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
    complete: cutOf(record) === null,
    truncated: cutOf(record),
    notes: [],
    end: null,
  };
}

function endedWith(record: ArchiveRecord, outcome: Outcome, reason: string, detail: string | null): Exchange {
  const reads = record.type === "response" && !record.blockCapped ? httpHeadOf(record.block) : null;
  const known = reads === null || !reads.ok ? {} : { status: reads.status, headers: reads.headers };
  return { ...bare(record), ...known, end: { outcome, reason, detail } };
}
