import type { LossReason, ProblemCode } from "../core/archive-faults.ts";

/** An ordered list of header fields, names as written. */
export type Fields = readonly (readonly [name: string, value: string])[];

/** Something wrong with a record, or a file, that could nevertheless be read. */
export interface ArchiveProblem {
  readonly code: ProblemCode;
  readonly detail: string;
}

/** What comes before a record's block. */
export interface RecordHead {
  readonly format: string;
  readonly fields: Fields;
  readonly headBytes: number;
  /** As `Content-Length` (or the last word of an ARC line) says. */
  readonly blockBytes: number;
  readonly problems: readonly ArchiveProblem[];
}

/** Why no head could be read: `garbage` when nothing there looks like one. */
export interface HeadFault {
  readonly reason: "garbage" | "header-malformed" | "truncated";
  readonly detail: string;
}

/** One record of an archive, with the exact place of its bytes. */
export interface ArchiveRecord {
  /** First byte of the raw record, or of the compressed member that holds it. */
  readonly offset: number;
  /** Bytes of the raw record with what ends it, or of the whole compressed member. */
  readonly length: number;
  /** First byte of the record inside the unpacked member; 0 unless the member holds several records. */
  readonly innerOffset: number;
  /** This record's share of the file's bytes: `length`, or a part of it when records share a member. */
  readonly accountedBytes: number;
  /** `WARC/1.1`, `WARC/1.0`, `WARC/0.17`, `ARC/1`, ... as the record says. */
  readonly format: string;
  /** Lower case. ARC records are `warcinfo` (the file's own), `response` (http) or `resource`; empty when not stated. */
  readonly type: string;
  readonly fields: Fields;
  /** Target URI without the `<>` some writers put around it. */
  readonly url: string | null;
  readonly dateMs: number | null;
  readonly recordId: string | null;
  readonly ip: string | null;
  readonly contentType: string | null;
  /** `WARC-Truncated` as written. */
  readonly truncated: string | null;
  readonly statedBlockDigest: string | null;
  readonly statedPayloadDigest: string | null;
  readonly refersTo: string | null;
  readonly refersToUrl: string | null;
  /** The first `WARC-Concurrent-To`. */
  readonly concurrentTo: string | null;
  /** `WARC-Segment-Number` as written; a record that is not one of several segments has none. */
  readonly segmentNumber: string | null;
  /** The block, or its first `maxBlockBytes`. A view into a larger buffer: copy what must outlive the loop. */
  readonly block: Buffer;
  /** Length of the whole block, whatever part of it is kept. */
  readonly blockBytes: number;
  readonly blockCapped: boolean;
  readonly problems: readonly ArchiveProblem[];
}

/** A range of bytes that is in no record. */
export interface ArchiveLoss {
  readonly offset: number;
  readonly length: number;
  readonly reason: LossReason;
  readonly detail: string;
}

export type ArchiveItem = ({ readonly kind: "record" } & ArchiveRecord) | ({ readonly kind: "loss" } & ArchiveLoss);

/** The bytes that a read covered; `recordBytes + lostBytes = end - begin`, always. */
export interface SliceSpan {
  readonly begin: number;
  readonly end: number;
  readonly recordBytes: number;
  readonly lostBytes: number;
  readonly recordCounts: Readonly<Record<string, number>>;
  /** False when no record starts in the range asked for: the span is then empty and the slice before covers it. */
  readonly synced: boolean;
  /** Of the file as a whole: `empty`, `no-record`. */
  readonly problems: readonly ArchiveProblem[];
}
