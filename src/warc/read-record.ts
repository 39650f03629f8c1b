import type { LossReason } from "../core/archive-faults.ts";
import { dateMsOf } from "./dates.ts";
import { diagnose } from "./diagnose.ts";
import type { Feed } from "./feed.ts";
import { headIn, looksLikeRecord } from "./head.ts";
import type { ArchiveProblem, ArchiveRecord, Fields, RecordHead } from "./record.ts";

/** Where a record is read from, and how far to trust what follows it. */
export interface RecordContext {
  readonly feed: Feed;
  /**
   * Unpacked bytes of one member: a record cannot run past them. In a raw file a record that runs past the end is
   * truncated instead.
   */
  readonly bounded: boolean;
  readonly maxBlockBytes: number;
  /** First position at or after `from` where a record starts; the feed's size when there is none. */
  readonly resync: (from: number) => Promise<number>;
  /** True when a compressed member starts here; only raw files hold those between records. */
  readonly isPacked: (bytes: Buffer) => boolean;
}

type Placed = "offset" | "length" | "innerOffset" | "accountedBytes";
/** A record, or the lack of one, up to `end` of the feed. */
export type Parsed =
  | { readonly kind: "record"; readonly end: number; readonly record: Omit<ArchiveRecord, Placed> }
  | { readonly kind: "loss"; readonly end: number; readonly reason: LossReason; readonly detail: string };

/** Reads what begins at `at`. Always advances, never past the feed's end. */
export async function parsedAt(context: RecordContext, at: number): Promise<Parsed> {
  const { feed, maxBlockBytes } = context;
  const head = await headIn(feed, at);
  if ("reason" in head) {
    const end = await context.resync(at + 1);
    const reason = head.reason === "truncated" && end < feed.size ? "header-malformed" : head.reason;
    return { kind: "loss", end, reason, detail: head.detail };
  }
  const start = at + head.headBytes;
  const end = start + head.blockBytes;
  if (end > feed.size) return overrun(context, start, head);
  const kept = Math.min(head.blockBytes, maxBlockBytes);
  const block = (await feed.view(start, kept)).subarray(0, kept);
  const { bytes, problem, trusted } = await terminatorAt(context, end, head.format.startsWith("ARC"));
  if (!trusted && feed.seekable) {
    const next = await context.resync(start);
    if (next < end) return lengthLoss(head, start, next);
  }
  return { kind: "record", end: end + bytes, record: recordOf(head, block, head.blockBytes, problem) };
}

/** The stated length runs past the end of the feed. */
async function overrun(context: RecordContext, start: number, head: RecordHead): Promise<Parsed> {
  const { feed, bounded, maxBlockBytes } = context;
  const left = feed.size - start;
  const kept = bounded ? Math.min(left, maxBlockBytes) : 0;
  const rest = (await feed.view(start, kept)).subarray(0, kept);
  const next = await context.resync(start);
  if (next < feed.size) return lengthLoss(head, start, next);
  const detail = `Content-Length says ${head.blockBytes} bytes, ${left} are there`;
  if (!bounded) return { kind: "loss", end: feed.size, reason: "truncated", detail };
  const ended = left === kept && rest.subarray(-4).equals(warcTerminator) ? 4 : 0;
  const block = rest.subarray(0, rest.length - ended);
  return {
    kind: "record",
    end: feed.size,
    record: recordOf(head, block, left - ended, { code: "length-mismatch", detail }),
  };
}

function lengthLoss(head: RecordHead, start: number, next: number): Parsed {
  const detail = `Content-Length says ${head.blockBytes} bytes, but a record starts ${next - start} bytes on`;
  return { kind: "loss", end: next, reason: "length-mismatch", detail };
}

const warcTerminator = Buffer.from("\r\n\r\n");
/** Line ends counted after a block; some writers leave more than two. */
const maxTerminatorBytes = 64;

interface Terminator {
  /** Bytes after the block that belong to the record. */
  readonly bytes: number;
  readonly problem: ArchiveProblem | null;
  /** False when what follows makes the stated length doubtful. */
  readonly trusted: boolean;
}

/**
 * WARC ends a block with two CRLFs, ARC with a line feed. Anything else counts as the end if a record or the end of the
 * feed follows.
 */
async function terminatorAt({ feed, isPacked }: RecordContext, at: number, arc: boolean): Promise<Terminator> {
  const view = await feed.view(at, maxTerminatorBytes);
  let run = 0;
  while (run < maxTerminatorBytes && (view[run] === 13 || view[run] === 10)) run += 1;
  if (run === 4 && !arc && view.subarray(0, 4).equals(warcTerminator))
    return { bytes: 4, problem: null, trusted: true };
  const after = at + run < feed.size ? await feed.view(at + run, 16 << 10) : null;
  const followed = after === null || looksLikeRecord(after) || isPacked(after);
  if (arc && (followed || run > 0)) return { bytes: followed ? run : 1, problem: null, trusted: followed };
  const code = "terminator";
  if (followed)
    return { bytes: run, trusted: true, problem: { code, detail: `${run} bytes of line ends, not two CRLFs` } };
  if (view.subarray(0, 4).equals(warcTerminator)) return { bytes: 4, problem: null, trusted: true };
  const detail = "the block as long as stated is not followed by two CRLFs";
  return { bytes: 0, problem: { code: "length-mismatch", detail }, trusted: false };
}

function recordOf(
  head: RecordHead,
  block: Buffer,
  blockBytes: number,
  problem: ArchiveProblem | null,
): Omit<ArchiveRecord, Placed> {
  const arc = head.format.startsWith("ARC");
  const found = arc ? [] : diagnose(head.fields, head.blockBytes);
  const problems = [...head.problems, ...found, ...(problem === null ? [] : [problem])];
  const rest = { format: head.format, fields: head.fields, block, blockBytes, problems };
  const shape = { ...rest, blockCapped: block.length < blockBytes };
  return arc ? arcRecord(shape) : warcRecord(shape);
}

type Shape = Pick<ArchiveRecord, "format" | "fields" | "block" | "blockBytes" | "blockCapped" | "problems">;

function warcRecord(shape: Shape): Omit<ArchiveRecord, Placed> {
  const values = valuesOf(shape.fields);
  const of = (name: string): string | null => values.get(name) ?? null;
  return {
    ...shape,
    type: (of("warc-type") ?? "").toLowerCase(),
    url: unbracketed(of("warc-target-uri")),
    dateMs: dateMsOf(values.get("warc-date") ?? ""),
    recordId: of("warc-record-id"),
    ip: of("warc-ip-address"),
    contentType: of("content-type"),
    truncated: of("warc-truncated"),
    statedBlockDigest: of("warc-block-digest"),
    statedPayloadDigest: of("warc-payload-digest"),
    refersTo: of("warc-refers-to"),
    refersToUrl: unbracketed(of("warc-refers-to-target-uri")),
    concurrentTo: of("warc-concurrent-to"),
    segmentNumber: of("warc-segment-number"),
  };
}

function arcRecord(shape: Shape): Omit<ArchiveRecord, Placed> {
  const values = valuesOf(shape.fields);
  const url = values.get("url") ?? null;
  const http = url !== null && /^https?:/i.test(url);
  const stated = values.get("content-type") ?? null;
  return {
    ...shape,
    type: url?.startsWith("filedesc:") === true ? "warcinfo" : http ? "response" : "resource",
    url,
    dateMs: dateMsOf(values.get("archive-date") ?? ""),
    recordId: null,
    ip: values.get("ip-address") ?? null,
    // An ARC line states the type of the payload; the block of an http record is the whole response.
    contentType: http ? "application/http; msgtype=response" : stated,
    truncated: null,
    statedBlockDigest: null,
    statedPayloadDigest: null,
    refersTo: null,
    refersToUrl: null,
    concurrentTo: null,
    segmentNumber: null,
  };
}

/** First value of each field that has one, by lower-case name. */
function valuesOf(fields: Fields): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of fields) {
    const key = name.toLowerCase();
    if (value !== "" && !values.has(key)) values.set(key, value);
  }
  return values;
}

function unbracketed(value: string | null): string | null {
  return value?.startsWith("<") === true && value.endsWith(">") ? value.slice(1, -1) : value;
}
