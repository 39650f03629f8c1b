import type { LossReason, ProblemCode } from "../core/archive-faults.ts";
import { captureFields, documentFields, type Fields, type RowOf, type Values } from "../core/document-fields.ts";
import {
  count,
  flag,
  listOf,
  mapOf,
  nullable,
  number,
  object,
  objectWith,
  oneOf,
  sha256,
  text,
  textOrNumber,
  type Shape,
} from "../core/json-shape.ts";
import { digestStates, outcomes, type CaptureRow, type SegmentHead } from "../core/records.ts";
import { siteFiles, subjects, type SiteFileKind } from "../core/rights.ts";

/** A whole number that SQLite and JSON both hold. */
const integer: Shape<number> = (value, at) => {
  count(Math.abs(number(value, at)), at);
  return number(value, at);
};

/** What the fields of a row hold, by their description. */
const values: Readonly<Record<keyof Values, Shape<unknown>>> = {
  text,
  term: text,
  integer,
  real: number,
  hex: sha256,
  time: integer,
  "record-id": text,
  "stated-digest": text,
  "digest-state": oneOf(digestStates),
  outcome: oneOf(outcomes),
  reason: text,
};

/** The shapes of described fields. A segment from before a field was described does not have it. */
function shapesOf<All extends Fields>(fields: All): { readonly [Name in keyof All]: Shape<RowOf<All>[Name]> } {
  const shapeOf = ({ as, orNull, since }: Fields[string]): Shape<unknown> => {
    const shape = orNull === true ? nullable(values[as]) : values[as];
    return since === undefined ? shape : (value, at) => (value === undefined ? null : shape(value, at));
  };
  const shapes = Object.entries(fields).map(([name, field]) => [name, shapeOf(field)] as const);
  // The types say of each field what its description says.
  return Object.fromEntries(shapes) as { readonly [Name in keyof All]: Shape<RowOf<All>[Name]> };
}

const evidence = object({
  kind: text,
  licence: nullable(text),
  value: text,
  place: text,
  quote: text,
  subject: oneOf(subjects),
});

const signal = object({
  kind: text,
  preference: text,
  value: nullable(oneOf(["y", "n"])),
  agent: text,
  place: text,
  quote: text,
  policyUrl: nullable(text),
});

const document = object({
  ...shapesOf(documentFields),
  canonicalUrl: nullable(text),
  measurements: listOf(nullable(number)),
  evidence: listOf(evidence),
  signals: listOf(signal),
});

/** A member that older segments do not have. */
function nullableSince<Value>(shape: Shape<Value>): Shape<Value | null> {
  return (value, at) => (value === undefined || value === null ? null : shape(value, at));
}

const siteFileKinds = Object.keys(siteFiles) as readonly SiteFileKind[];

/** A line of a segment. */
export const captureShape: Shape<CaptureRow> = object({
  ...shapesOf(captureFields),
  id: text,
  place: object({ archive: text, offset: count, length: count, innerOffset: count }),
  url: text,
  document: nullable(document),
  rights: nullableSince(object({ evidence: listOf(evidence), signals: listOf(signal) })),
  siteFile: nullableSince(objectWith({ kind: oneOf(siteFileKinds), text }, { cut: flag })),
});

const copiedFrom = object({
  crawl: text,
  subset: text,
  file: text,
  offset: count,
  length: count,
  digest: nullable(text),
  index: mapOf(nullable(textOrNumber)),
});

// Any word: one that another version wrote may be missing from today's tables.
const lossReason = text as Shape<LossReason>;
const problemCode = text as Shape<ProblemCode>;

const head: Shape<SegmentHead> = objectWith(
  {
    format: oneOf(["colophon-segment/1"]),
    software: text,
    slice: object({
      archive: text,
      index: count,
      begin: count,
      end: count,
      recordBytes: count,
      lostBytes: count,
      recordCounts: mapOf(count),
    }),
    ruleSet: listOf(object({ name: text, revision: count, unit: text })),
    losses: listOf(object({ offset: count, length: count, reason: lossReason, detail: text })),
    problems: listOf(object({ offset: count, innerOffset: count, code: problemCode, detail: text })),
  },
  {
    build: object({ id: text, revisions: mapOf(textOrNumber) }),
    copies: listOf(object({ capture: text, recordId: text, from: copiedFrom })),
  },
);

const frame = object({ offset: count, length: count, rawLength: count });

/** One zstd frame of the file. */
export interface SegmentFrame {
  readonly offset: number;
  readonly length: number;
  readonly rawLength: number;
}

/** The last thing in the file, found through the 8 bytes that end it. */
export interface SegmentFooter {
  readonly head: SegmentHead;
  /** JSON lines, one a capture, in the order of the archive. */
  readonly captures: readonly SegmentFrame[];
  /** Texts of the documents, end to end in UTF-8; none is split over two frames. */
  readonly texts: readonly SegmentFrame[];
  /** Bytes of each capture's text, in the order of the captures; 0 for one that is no document. */
  readonly textLengths: readonly number[];
  /** Signatures of the documents, in order, little-endian 32-bit slots. */
  readonly signatures: SegmentFrame;
}

export const footerShape: Shape<SegmentFooter> = object({
  head,
  captures: listOf(frame),
  texts: listOf(frame),
  textLengths: listOf(count),
  signatures: frame,
});
