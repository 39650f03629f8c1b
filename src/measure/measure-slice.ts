import { threadId } from "node:worker_threads";

import { ownBuild } from "../core/build/build.ts";
import { captureIdOf } from "../core/capture-id.ts";
import { copiedFromOf, copiedRecordType } from "../core/copied.ts";
import type {
  CaptureRow,
  CopyRow,
  Hex,
  LossRow,
  Outcome,
  ProblemRow,
  SegmentHead,
  SliceSpec,
} from "../core/records.ts";
import { segmentWriter, type SegmentWriter } from "../segment/write.ts";
import { digestsOf } from "../warc/digests.ts";
import { readArchive } from "../warc/read-archive.ts";
import type { ArchiveItem, ArchiveRecord, SliceSpan } from "../warc/record.ts";
import { segmentJoiner } from "../warc/segment-joiner.ts";
import { fileSource } from "../warc/source.ts";
import { captureTypes, processCapture, type Measured, type Stages } from "./process-capture.ts";
import { sparseSource, type Holes } from "./sparse-source.ts";

/** One slice to measure: digests, paths and byte offsets, never a page. */
export interface MeasureJob {
  readonly slice: SliceSpec;
  readonly path: string;
  readonly segments: string;
  /** Records that brought a worker down before, by offset: they become failed captures without being looked at. */
  readonly poison: readonly { readonly offset: number; readonly innerOffset: number; readonly why: string }[];
}

/** The result; the captures themselves are in the segment. */
export interface MeasureResult {
  readonly segment: Hex;
  /** Id of the build that measured it, as the segment states. */
  readonly build: Hex;
  readonly begin: number;
  readonly end: number;
  /** True when no record starts in the slice's range: it owns no bytes. */
  readonly empty: boolean;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Ranges of bytes in no record, and the words for the first of them. */
  readonly losses: number;
  readonly lostBytes: number;
  /** Things wrong with records that could nevertheless be read. */
  readonly problems: number;
  /** What is wrong with the slice in one sentence; `null` when nothing is lost and no record is cut off. */
  readonly firstFault: string | null;
}

/** What a slice is measured with. */
export interface Measuring {
  readonly stages: Stages;
  readonly software: string;
  /** Called with each record before it is looked at, so that a crash can be attributed to it. */
  readonly watch: (offset: number, innerOffset: number) => void;
  /** Of the job's file; `null`: it is whole. */
  readonly holes: Holes | null;
}

/** What a slice has given so far; the captures are in the segment. */
interface Found {
  readonly losses: LossRow[];
  readonly problems: ProblemRow[];
  readonly copies: CopyRow[];
  readonly outcomes: Record<Outcome, number>;
}

/** Reads one slice, measures each capture and writes the segment. Leaves no half file under a segment's name. */
export async function measureSlice(job: MeasureJob, measuring: Measuring): Promise<MeasureResult> {
  const { slice } = job;
  using file = fileSource(job.path);
  const source = measuring.holes === null ? file : sparseSource(file, measuring.holes);
  const writer = segmentWriter(job.segments, `${slice.archive.slice(0, 16)}-${slice.index}-${process.pid}-${threadId}`);
  const outcomes = { document: 0, duplicate: 0, skipped: 0, failed: 0 };
  const found: Found = { losses: [], problems: [], copies: [], outcomes };
  try {
    const items = readArchive(source, {
      start: slice.exactStart ?? slice.nominalStart,
      end: slice.nominalEnd,
      exactStart: slice.exactStart !== null || slice.nominalStart === 0,
    });
    const adding = { ...measuring, writer, joined: null };
    const joinedOf = segmentJoiner(source);
    let step = await items.next();
    for (; step.done !== true; step = await items.next()) {
      const item = step.value;
      if (item.kind === "loss" || item.segmentNumber === null || poisonOf(item, job) !== undefined)
        addItem(found, item, job, adding);
      else {
        measuring.watch(item.offset, item.innerOffset);
        addItem(found, item, job, { ...adding, joined: await joinedOf(item) });
      }
    }
    const span = step.value;
    for (const { code, detail } of span.problems) {
      found.problems.push({ offset: span.begin, innerOffset: 0, code, detail });
    }
    return resultOf(found, span, writer.finish(headOf(found, span, slice, measuring)));
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

interface Adding extends Measuring {
  readonly writer: SegmentWriter;
  /** The whole block of a record of several segments. */
  readonly joined: Buffer | null;
}

/** Takes a record, or a loss, that was read. */
function addItem(found: Found, item: ArchiveItem, job: MeasureJob, adding: Adding): void {
  if (item.kind === "loss") {
    const { offset, length, reason, detail } = item;
    found.losses.push({ offset, length, reason, detail });
    return;
  }
  const { watch, writer } = adding;
  watch(item.offset, item.innerOffset);
  for (const { code, detail } of item.problems) {
    found.problems.push({ offset: item.offset, innerOffset: item.innerOffset, code, detail });
  }
  if (!captureTypes.has(item.type)) {
    found.problems.push(...digestProblems(item, digestsOf(item, item.block)));
    if (item.contentType === copiedRecordType) found.copies.push(...copyOf(item, job.slice.archive));
    return;
  }
  const { row, text, signature } = measuredUnlessPoison(item, job, adding);
  found.outcomes[row.outcome]++;
  found.problems.push(...digestProblems(item, row));
  writer.add(row, text === null ? null : Buffer.from(text, "utf8"), signature);
}

function headOf(
  { losses, problems, copies }: Found,
  { begin, end, recordBytes, lostBytes, recordCounts }: SliceSpan,
  { archive, index }: SliceSpec,
  { stages, software }: Measuring,
): SegmentHead {
  return {
    format: "colophon-segment/1",
    software,
    build: ownBuild,
    slice: { archive, index, begin, end, recordBytes, lostBytes, recordCounts },
    ruleSet: stages.rules.map(({ name, revision, unit }) => ({ name, revision, unit })),
    losses,
    problems,
    ...(copies.length === 0 ? {} : { copies }),
  };
}

function resultOf({ losses, problems, outcomes }: Found, span: SliceSpan, segment: Hex): MeasureResult {
  return {
    segment,
    build: ownBuild.id,
    begin: span.begin,
    end: span.end,
    empty: span.begin === span.end,
    outcomes,
    losses: losses.length,
    lostBytes: span.lostBytes,
    problems: problems.length,
    firstFault: firstFault(losses[0], span, problems),
  };
}

/** The record that was copied is the member before this one: it begins its own length before it. */
function copyOf({ type, block, offset, innerOffset, refersTo }: ArchiveRecord, archive: Hex): CopyRow[] {
  const from = type === "metadata" && innerOffset === 0 ? copiedFromOf(block) : null;
  if (from === null || refersTo === null || from.length > offset) return [];
  return [{ capture: captureIdOf(archive, offset - from.length, 0), recordId: refersTo, from }];
}

/** A digest that the archive states and its bytes do not have is a fault of the record, whatever the outcome of its page. */
function digestProblems(
  { offset, innerOffset }: ArchiveRecord,
  { blockDigestState, payloadDigestState }: Pick<CaptureRow, "blockDigestState" | "payloadDigestState">,
): ProblemRow[] {
  const states = [
    ["block", blockDigestState],
    ["payload", payloadDigestState],
  ] as const;
  return states
    .filter(([, state]) => state === "mismatch")
    .map(([what]) => ({
      offset,
      innerOffset,
      code: "digest-mismatch",
      detail: `the stated ${what} digest is not that of the bytes`,
    }));
}

function firstFault(loss: LossRow | undefined, span: SliceSpan, problems: readonly ProblemRow[]): string | null {
  if (loss !== undefined) return `${loss.reason} at byte ${loss.offset}: ${loss.detail}`;
  if (span.problems[0] !== undefined) return span.problems[0].detail;
  // Every byte that is there may be in a record, and the rest of the record nevertheless be missing.
  const cut = problems.find(({ code }) => code === "length-mismatch");
  return cut === undefined ? null : `${cut.code} at byte ${cut.offset}: ${cut.detail}`;
}

function measuredUnlessPoison(record: ArchiveRecord, job: MeasureJob, { stages, joined }: Adding): Measured {
  const poison = poisonOf(record, job);
  if (poison === undefined) return processCapture(record, job.slice.archive, stages, joined);
  const { row } = processCapture({ ...record, type: "continuation" }, job.slice.archive, stages);
  return {
    row: { ...row, recordType: record.type, outcome: "failed", reason: "worker-crashed", detail: poison.why },
    text: null,
    signature: null,
  };
}

function poisonOf(
  { offset, innerOffset }: ArchiveRecord,
  { poison }: MeasureJob,
): MeasureJob["poison"][number] | undefined {
  return poison.find((known) => known.offset === offset && known.innerOffset === innerOffset);
}
