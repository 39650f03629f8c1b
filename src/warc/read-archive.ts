import type { LossReason } from "../core/archive-faults.ts";
import { windowOf } from "./feed.ts";
import type { WindowFeed } from "./feed.ts";
import { gzipMemberAt } from "./gzip-member.ts";
import { printable } from "./head.ts";
import type { Member } from "./member.ts";
import { parsedAt } from "./read-record.ts";
import type { RecordContext } from "./read-record.ts";
import type { ArchiveItem, ArchiveProblem, SliceSpan } from "./record.ts";
import { fileSigns, isPacked, recordStartIn, textSigns } from "./resynchronise.ts";
import type { Sign } from "./resynchronise.ts";
import type { ByteSource } from "./source.ts";
import { newTally } from "./tally.ts";
import type { Tally } from "./tally.ts";
import { isZstd, zstdFrameAt } from "./zstd-frame.ts";

export interface ReadOptions {
  /** First byte of the slice; unless `exactStart`, the first record at or after it is searched for. */
  readonly start?: number;
  /** The slice owns each record that starts before this, and what is lost after its last one. */
  readonly end?: number;
  readonly exactStart?: boolean;
  /** Bytes of a block that are kept in memory. */
  readonly maxBlockBytes?: number;
}

/** Of a block, when the reader is not told otherwise. */
export const keptBlockBytes = 64 << 20;

interface Archive {
  readonly window: WindowFeed;
  readonly maxBlockBytes: number;
  /** The file is uncompressed ARC, so ARC lines between records are searched for. */
  readonly arc: boolean;
  readonly tally: Tally;
  /** What the search for the next record looks for. */
  readonly signs: readonly Sign[];
  /** Dictionary of the zstd frames read next; replaced when the file contains another one. */
  dictionary: Buffer | null;
}

/**
 * Yields, in order, every record and every loss of an archive or of a slice of it, and returns what it covered. Reads
 * WARC 0.17 to 1.1 and ARC, plain, in gzip members or in zstd frames, each of one record or many. Damage never ends the
 * reading: it becomes a loss with a reason, and reading continues at the next record. Memory stays constant.
 *
 * Slices of one file chain exactly: each `end` is the next one's `begin`. The exception is a cut that falls where bytes
 * inside a record look like a record. Then read the later slice again, with `exactStart` at the end of the one before.
 * @throws {PipelineError} what the source throws
 */
export async function* readArchive(
  source: ByteSource,
  options: ReadOptions = {},
): AsyncGenerator<ArchiveItem, SliceSpan> {
  const { start = 0, exactStart = false, maxBlockBytes = keptBlockBytes } = options;
  const end = Math.min(options.end ?? source.size, source.size);
  if (source.size === 0) return emptySpan(0, true, [{ code: "empty", detail: "the file has no bytes" }]);
  if (start >= end) return emptySpan(start, false, []);
  const archive = await archiveOf(windowOf(source), maxBlockBytes);
  const begin = start > 0 && !exactStart ? await recordStartIn(archive.window, start, end, archive.signs) : start;
  if (begin === null) return emptySpan(start, false, []);

  const { tally } = archive;
  let at = begin;
  while (at < source.size && (at < end || !(await startsAt(archive, at)))) at = yield* itemsAt(archive, at);
  const uncarried = tally.uncarried();
  if (uncarried !== null) yield tally.counted(uncarried);
  const span = tally.span(begin, at, []);
  const none = begin === 0 && at === source.size && Object.keys(span.recordCounts).length === 0;
  return none ? { ...span, problems: [{ code: "no-record", detail: "no record could be read from this file" }] } : span;
}

/** Yields what an archive holds from the start of a record on; makes one generator for each reading, one at a time. */
export async function archiveReader(source: ByteSource): Promise<(start: number) => AsyncGenerator<ArchiveItem, void>> {
  const archive = await archiveOf(windowOf(source), keptBlockBytes);
  const { dictionary } = archive;
  return async function* (start) {
    archive.dictionary = dictionary;
    for (let at = start; at < source.size;) at = yield* itemsAt(archive, at);
  };
}

function emptySpan(at: number, synced: boolean, problems: readonly ArchiveProblem[]): SliceSpan {
  return { ...newTally().span(at, at, problems), synced };
}

async function archiveOf(window: WindowFeed, maxBlockBytes: number): Promise<Archive> {
  const arc = window.view(0, 9).toString("latin1", 0, 9) === "filedesc:";
  // A slice from the middle needs the dictionary at the file's start too.
  const first = isZstd(window.view(0, 8)) ? await zstdFrameAt(window, 0, null) : null;
  if (first?.kind === "member") first.close();
  const dictionary = first?.kind === "dictionary" ? first.dictionary : null;
  // The search keeps to this one, so that all slices find the same records.
  const signs = fileSigns(window, arc, dictionary);
  return { window, maxBlockBytes, arc, signs, tally: newTally(), dictionary };
}

async function resync({ window, signs }: Archive, from: number): Promise<number> {
  return (await recordStartIn(window, from, window.size, signs)) ?? window.size;
}

async function startsAt(archive: Archive, at: number): Promise<boolean> {
  return (await recordStartIn(archive.window, at, at + 1, archive.signs)) === at;
}

/** Yields what begins at `at`, a member's items or one raw record or loss, and returns where it ends. */
async function* itemsAt(archive: Archive, at: number): AsyncGenerator<ArchiveItem, number> {
  const { window, tally } = archive;
  const view = window.view(at, 8);
  if (!isPacked(view)) return yield* rawItem(archive, at);
  const unpacked = await (isZstd(view) ? zstdFrameAt(window, at, archive.dictionary) : gzipMemberAt(window, at));
  const lost = (end: number, reason: LossReason, detail: string): ArchiveItem =>
    tally.counted({ kind: "loss", offset: at, length: end - at, reason, detail });
  if (unpacked.kind === "dictionary") {
    archive.dictionary = unpacked.dictionary;
    tally.carry(at, unpacked.length);
    return at + unpacked.length;
  }
  if (unpacked.kind === "skip") {
    yield lost(at + unpacked.length, "not-record", unpacked.detail);
    return at + unpacked.length;
  }
  // What looks like one truncated member may be a damaged one that swallowed the members after it.
  const next = unpacked.kind === "broken" || unpacked.torn ? await resync(archive, at + 1) : window.size;
  if (unpacked.kind === "broken") {
    yield lost(next, unpacked.reason, unpacked.detail);
    return next;
  }
  if (next < window.size) {
    unpacked.close();
    yield lost(next, "truncated", "the compressed member does not end before the next one");
    return next;
  }
  yield* memberItems(archive, at, unpacked);
  return at + unpacked.length;
}

async function* rawItem(archive: Archive, at: number): AsyncGenerator<ArchiveItem, number> {
  const { window, maxBlockBytes, tally } = archive;
  const context = {
    feed: window,
    bounded: false,
    maxBlockBytes,
    isPacked,
    resync: (from: number) => resync(archive, from),
  };
  const parsed = await parsedAt(context, at);
  const length = parsed.end - at;
  if (parsed.kind === "record") {
    yield tally.counted({
      kind: "record",
      offset: at,
      length,
      innerOffset: 0,
      accountedBytes: length,
      ...parsed.record,
    });
    return parsed.end;
  }
  const foreign = parsed.reason === "garbage" && length === window.size;
  yield tally.counted({
    kind: "loss",
    offset: at,
    length,
    reason: foreign ? "not-archive" : parsed.reason,
    detail: foreign ? `not a WARC or ARC file; first bytes: ${printable(window.view(0, 24))}` : parsed.detail,
  });
  return parsed.end;
}

/**
 * Records and losses of one member cover all that it unpacks to; each gets a proportional share of its packed bytes.
 */
async function* memberItems(archive: Archive, offset: number, member: Member): AsyncGenerator<ArchiveItem, void> {
  const { tally, arc, maxBlockBytes } = archive;
  const { feed, length, torn } = member;
  const share = (inner: number): number => (inner >= feed.size ? length : Math.floor(length * (inner / feed.size)));
  const lost = (from: number, to: number, reason: LossReason, detail: string): ArchiveItem =>
    tally.counted({ kind: "loss", offset: offset + from, length: to - from, reason, detail });
  const context: RecordContext = {
    feed,
    maxBlockBytes,
    bounded: !torn,
    isPacked: () => false,
    resync: async (from) => (await recordStartIn(feed, from, feed.size, textSigns(feed, arc))) ?? feed.size,
  };
  try {
    if (feed.size === 0) yield lost(0, length, torn ? "truncated" : "not-record", "the member unpacks to nothing");
    for (let inner = 0; inner < feed.size;) {
      const parsed = await parsedAt(context, inner);
      const [from, to] = [share(inner), share(parsed.end)];
      if (parsed.kind === "loss") {
        const whole = parsed.reason === "garbage" && to - from === length;
        yield lost(from, to, whole ? "not-record" : parsed.reason, `${parsed.detail} (byte ${inner} of the member)`);
      } else {
        const { record } = parsed;
        const place = { offset, length, innerOffset: inner, accountedBytes: to - from };
        const problems = torn ? [...record.problems, unchecked] : record.problems;
        yield tally.counted({ kind: "record", ...place, ...record, problems });
      }
      inner = parsed.end;
    }
  } finally {
    member.close();
  }
}

const unchecked: ArchiveProblem = {
  code: "member-torn",
  detail: "the compressed member ends early: the record is whole, but no checksum confirms it",
};
