import type { LossReason, ProblemCode } from "./archive-faults.ts";
import type { Build } from "./build/build-id.ts";
import type { CopiedFrom } from "./copied.ts";
import type { captureFields, documentFields, RowOf } from "./document-fields.ts";
import type { Evidence, Signal, SiteFileKind } from "./rights.ts";

/** A digest in lower-case hex, as everywhere outside the ledger, which stores blobs. */
export type Hex = string;

export const outcomes = ["document", "duplicate", "skipped", "failed"] as const;
export type Outcome = (typeof outcomes)[number];

/** What was verified of a digest that the archive itself states. */
export const digestStates = ["absent", "match", "mismatch", "unknown"] as const;
export type DigestState = (typeof digestStates)[number];

/** The exact place of a capture's bytes. */
export interface Place {
  /** SHA-256 of the whole archive file. */
  readonly archive: Hex;
  /** First byte of the record, or of the compressed member that holds it. */
  readonly offset: number;
  /** Bytes of the record, or of that member. */
  readonly length: number;
  /** First byte of the record inside the unpacked member; 0 unless the member holds several records. */
  readonly innerOffset: number;
}

/**
 * One capture as the measure stage leaves it. A row of a segment; everything the ledger knows comes from these. Its plain
 * fields are described in `document-fields.ts`.
 */
export interface CaptureRow extends RowOf<typeof captureFields> {
  /** SHA-256 of `archive:offset:innerOffset`, first 16 bytes, hex: the same wherever and whenever it is computed. */
  readonly id: Hex;
  readonly place: Place;
  readonly url: string;
  readonly document: DocumentRow | null;
  /** What the head of a capture that is no document says about rights; `null` when it says nothing. */
  readonly rights: CaptureRights | null;
  /** Set when the capture is a file in which a site speaks for all its pages. */
  readonly siteFile: SiteFile | null;
}

/** What is said about the rights in a capture. */
export interface CaptureRights {
  readonly evidence: readonly Evidence[];
  readonly signals: readonly Signal[];
}

/** A file in which a site states preferences for all its pages, as text: what it means for a page depends on its address. */
export interface SiteFile {
  readonly kind: SiteFileKind;
  readonly text: string;
  /** Part of it was not seen: what the text does not say is unknown. Left out where all of it that is ever read was seen. */
  readonly cut?: boolean;
}

/**
 * The result of the stages for a page. Its id is that of its capture. Its plain fields are described in
 * `document-fields.ts`.
 */
export interface DocumentRow extends RowOf<typeof documentFields>, CaptureRights {
  /** Absolute address of `link rel=canonical`. */
  readonly canonicalUrl: string | null;
  /** One value a rule, in the order of the segment's rule set; `null` = unknown. */
  readonly measurements: readonly (number | null)[];
}

/** A capture that became a document. */
export interface DocumentCapture extends CaptureRow {
  readonly document: DocumentRow;
}

/** A range of bytes that is in no record. */
export interface LossRow {
  readonly offset: number;
  readonly length: number;
  readonly reason: LossReason;
  readonly detail: string;
}

/** Something wrong with a record that is nevertheless readable. */
export interface ProblemRow {
  readonly offset: number;
  readonly innerOffset: number;
  readonly code: ProblemCode;
  readonly detail: string;
}

/** Where a capture was copied from, as the record behind it says. */
export interface CopyRow {
  /** Id of the capture, which need not be in the same slice. */
  readonly capture: Hex;
  /** Record id that the capture must have. */
  readonly recordId: string;
  readonly from: CopiedFrom;
}

/** A rule set: measurements are stored by their position in it. */
export interface RuleSetRow {
  readonly name: string;
  readonly revision: number;
  readonly unit: string;
}

/** A unit of work: a nominal byte range of one archive. It owns each record that starts in the range. */
export interface SliceSpec {
  readonly archive: Hex;
  readonly index: number;
  readonly nominalStart: number;
  readonly nominalEnd: number;
  /** Set when the first record's start is already known, so that no search for it is made. */
  readonly exactStart: number | null;
}

/** The bytes that a slice covered, all accounted for: `recordBytes + lostBytes = end - begin`. */
export interface SliceRow {
  readonly archive: Hex;
  readonly index: number;
  readonly begin: number;
  readonly end: number;
  readonly recordBytes: number;
  readonly lostBytes: number;
  /** Records by type, captures included. */
  readonly recordCounts: Readonly<Record<string, number>>;
}

/** The head of a segment file: everything but the captures and texts themselves. */
export interface SegmentHead {
  readonly format: "colophon-segment/1";
  /** Version of the program that measured. */
  readonly software: string;
  /** What it measured with; left out by versions that recorded none. */
  readonly build?: Build;
  readonly slice: SliceRow;
  readonly ruleSet: readonly RuleSetRow[];
  readonly losses: readonly LossRow[];
  readonly problems: readonly ProblemRow[];
  /** Left out when nothing in the slice says that it was copied. */
  readonly copies?: readonly CopyRow[];
}

/** One archive file as it was when it was registered. */
export interface ArchiveRow {
  readonly sha256: Hex;
  /** File name without folders; what a manifest shows. */
  readonly name: string;
  /** Where it is on this machine; never leaves it. */
  readonly path: string;
  readonly bytes: number;
  readonly sliceBytes: number;
  readonly sliceCount: number;
}
