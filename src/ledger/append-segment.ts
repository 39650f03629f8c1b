import { splitUrl } from "../core/address/host.ts";
import { PipelineError } from "../core/errors.ts";
import type { CaptureRights, CaptureRow, CopyRow, DocumentCapture, Hex, SegmentHead } from "../core/records.ts";
import { subjects } from "../core/rights.ts";
import { archiveKey } from "./archives.ts";
import { buildKey } from "./builds.ts";
import { captureColumns, documentColumns, pack, type Stored } from "./columns.ts";
import type { Ledger } from "./open.ts";
import { inTransaction, withoutForeignKeys } from "./partitions.ts";
import { addKeptCopies, removeCapture, removeSlice, type StoredSlice } from "./remove-slice.ts";
import { originKey, termKey, termKeyOrNull, blobOf, packedRecordId, ruleSetKey } from "./rows.ts";
import { addSiteFile } from "./site-files.ts";

export interface SegmentInput {
  readonly archive: Hex;
  readonly index: number;
  readonly head: SegmentHead;
  readonly segmentSha256: Hex;
  /** In the order of the segment; read once. */
  readonly captures: Iterable<CaptureRow>;
  /** What of the segment this partition takes; left out: all of it. */
  readonly share?: SegmentShare;
  /** Takes the place of another segment of the slice; left out: no. */
  readonly replaces?: boolean;
}

/** The captures of one partition among those of a segment. */
export interface SegmentShare {
  /** Ordinal of each of the given captures in the segment. */
  readonly positions: readonly number[];
  /** Takes the bytes of the slice, its losses, problems and counts of records: just one partition does. */
  readonly account: boolean;
}

/** Keys of captures are unique over all partitions: each has this many to give out. */
const keysOfPartition = 2 ** 40;

export const appendSql = {
  slice: `SELECT lower(hex(segment_sha256)) AS segment, key, first_key AS first, last_key AS last
    FROM slice WHERE archive = ? AND slice_index = ?`,
  addSlice: `INSERT INTO slice (archive, slice_index, first_byte, end_byte, record_bytes, lost_bytes, record_counts,
    capture_count, document_count, segment_sha256, software, rule_set, build) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?)`,
  countSlice: "UPDATE slice SET capture_count = ?, document_count = ?, first_key = ?, last_key = ? WHERE key = ?",
  addLoss: "INSERT INTO loss (slice, ordinal, offset, length, reason, detail) VALUES (?, ?, ?, ?, ?, ?)",
  addProblem: "INSERT INTO problem (slice, ordinal, offset, inner_offset, code, detail) VALUES (?, ?, ?, ?, ?, ?)",
  anyCapture: "SELECT 1 FROM capture LIMIT 1",
  holdsCapture: "SELECT 1 FROM capture WHERE id = ?",
  addCapture: `INSERT INTO capture (key, id, slice, position, offset, length, inner_offset, origin, url_rest${captureColumns.names})
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?${captureColumns.marks})`,
  addCopy: `INSERT INTO copy (capture, crawl, subset, file, offset, length, digest, fields)
    SELECT key, ?, ?, ?, ?, ?, ?, ? FROM capture WHERE id = ? AND record_id = ? ON CONFLICT (capture) DO NOTHING`,
  addDocument: `INSERT INTO document (key, canonical_origin, canonical_rest, measurements${documentColumns.names})
    VALUES (?, ?, ?, ?${documentColumns.marks})`,
  addEvidence: `INSERT INTO observation (document, ordinal, kind, licence, value, place, quote, subject)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  addSignal: `INSERT INTO signal (document, ordinal, kind, preference, value, agent, place, quote, policy_url)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
} as const;

/**
 * Adds all that a segment says, in one transaction, which takes out first what it replaces. The same segment again changes
 * nothing.
 * @throws {PipelineError} `slice-unbalanced` when bytes are unaccounted for; `segment-broken` when the slice is there with
 * another segment or a row contradicts itself; `not-found` for an archive that is not registered; `disk-full`
 */
export function appendSegment(ledger: Ledger, input: SegmentInput): "appended" | "already-there" {
  const { archive, index, head, segmentSha256, replaces = false } = input;
  const { begin, end, recordBytes, lostBytes } = head.slice;
  const context = { path: ledger.path, archive, slice: index };
  if (recordBytes + lostBytes !== end - begin) {
    throw new PipelineError(
      "slice-unbalanced",
      `slice ${index} of archive ${archive} covers ${end - begin} bytes, but ${recordBytes} in records and ${lostBytes} lost are accounted for`,
      context,
    );
  }
  const append = (): "appended" | "already-there" => {
    const archiveRow = archiveKey(ledger, archive);
    const known = ledger.statement<StoredSlice & { segment: Hex }>(appendSql.slice).get(archiveRow, index);
    if (known?.segment === segmentSha256) return "already-there";
    if (known !== undefined && !replaces) {
      throw new PipelineError(
        "segment-broken",
        `slice ${index} of archive ${archive} is in the ledger with segment ${known.segment}, but was measured again as ${segmentSha256}; the same bytes and version must give the same segment`,
        context,
      );
    }
    const copies = known === undefined ? [] : removeSlice(ledger, known);
    const slice = addSlice(ledger, archiveRow, input);
    const appending = appendingTo(ledger, slice, head.ruleSet.length);
    let [captures, documents] = [0, 0];
    let [first, last]: (number | null)[] = [null, null];
    for (const capture of input.captures) {
      const position = input.share?.positions[captures] ?? captures;
      captures++;
      const url = splitUrl(capture.url);
      if (replaces) removeCapture(ledger, capture.id);
      const key = addCapture(appending, capture, url, position);
      first ??= key;
      last = key;
      if (capture.rights !== null) addRights(appending, capture.rights, key);
      if (capture.siteFile !== null) addSiteFile(ledger, capture.siteFile, key);
      if (!isDocument(capture)) continue;
      addDocumentRow(appending, capture, url, key);
      documents++;
    }
    ledger.statement(appendSql.countSlice).run(captures, documents, first, last, slice);
    for (const copy of head.copies ?? []) addCopy(ledger, copy);
    addKeptCopies(ledger, copies);
    return "appended";
  };
  return replaces ? withoutForeignKeys(ledger, append) : inTransaction(ledger, append);
}

/** The segment by which a slice of an archive is in the ledger, whatever part of it; `null` when it is not. */
export function segmentHeld(ledger: Ledger, archive: Hex, index: number): Hex | null {
  const held = ledger.statement<{ segment: Hex }>(appendSql.slice).get(archiveKey(ledger, archive), index);
  return held?.segment ?? null;
}

/** True when the ledger has the capture with this id. */
export function holdsCapture(ledger: Ledger, id: Hex): boolean {
  return ledger.statement(appendSql.holdsCapture).get(blobOf(id)) !== undefined;
}

function addSlice(ledger: Ledger, archive: number, { index, head, segmentSha256, share }: SegmentInput): number {
  const { slice, software, losses, problems } = share?.account === false ? withoutAccount(head) : head;
  const added = ledger
    .statement(appendSql.addSlice)
    .run(
      archive,
      index,
      slice.begin,
      slice.end,
      slice.recordBytes,
      slice.lostBytes,
      JSON.stringify(slice.recordCounts),
      blobOf(segmentSha256),
      termKey(ledger, software),
      ruleSetKey(ledger, head.ruleSet),
      buildKey(ledger, head.build),
    );
  const key = Number(added.lastInsertRowid);
  const [addLoss, addProblem] = [ledger.statement(appendSql.addLoss), ledger.statement(appendSql.addProblem)];
  for (const [ordinal, { offset, length, reason, detail }] of losses.entries()) {
    addLoss.run(key, ordinal, offset, length, termKey(ledger, reason), detail);
  }
  for (const [ordinal, { offset, innerOffset, code, detail }] of problems.entries()) {
    addProblem.run(key, ordinal, offset, innerOffset, termKey(ledger, code), detail);
  }
  return key;
}

/** A byte, a loss and a problem are written down once, whatever the number of partitions. */
function withoutAccount(head: SegmentHead): SegmentHead {
  const slice = { ...head.slice, end: head.slice.begin, recordBytes: 0, lostBytes: 0, recordCounts: {} };
  return { ...head, slice, losses: [], problems: [] };
}

/** Key of the first capture of a partition; `null`: SQLite gives the one above the last. */
function firstKey(ledger: Ledger): number | null {
  if (ledger.partition === 0 || ledger.statement(appendSql.anyCapture).get() !== undefined) return null;
  return ledger.partition * keysOfPartition + 1;
}

/** What the rows of a slice have in common while they are appended. */
interface Appending {
  readonly ledger: Ledger;
  /** Its key. */
  readonly slice: number;
  /** Measurements that each document must have. */
  readonly rules: number;
  readonly addCapture: ReturnType<Ledger["statement"]>;
  readonly addDocument: ReturnType<Ledger["statement"]>;
  readonly addEvidence: ReturnType<Ledger["statement"]>;
  readonly addSignal: ReturnType<Ledger["statement"]>;
  /** Filled again for each row, so that none needs an array of its own. */
  readonly captureFields: Stored[];
  readonly documentFields: Stored[];
}

function appendingTo(ledger: Ledger, slice: number, rules: number): Appending {
  return {
    ledger,
    slice,
    rules,
    addCapture: ledger.statement(appendSql.addCapture),
    addDocument: ledger.statement(appendSql.addDocument),
    addEvidence: ledger.statement(appendSql.addEvidence),
    addSignal: ledger.statement(appendSql.addSignal),
    captureFields: [],
    documentFields: [],
  };
}

type UrlParts = ReturnType<typeof splitUrl>;

/** @returns the key of the capture */
function addCapture(
  { ledger, slice, addCapture: add, captureFields }: Appending,
  row: CaptureRow,
  url: UrlParts,
  position: number,
): number {
  if (
    (row.outcome === "document") !== (row.document !== null) ||
    (row.outcome === "document") !== (row.reason === null)
  ) {
    throw new PipelineError(
      "segment-broken",
      `capture ${row.id} ends as ${row.outcome}, which its other fields contradict`,
      {
        path: ledger.path,
        capture: row.id,
      },
    );
  }
  const { offset, length, innerOffset } = row.place;
  const [origin, rest] = url;
  pack(ledger, captureColumns, row, captureFields);
  const added = add.run(
    firstKey(ledger),
    blobOf(row.id),
    slice,
    position,
    offset,
    length,
    innerOffset,
    originKey(ledger, origin),
    rest,
    ...captureFields,
  );
  return Number(added.lastInsertRowid);
}

function isDocument(capture: CaptureRow): capture is DocumentCapture {
  return capture.document !== null;
}

function addDocumentRow(
  appending: Appending,
  { id, document: row }: DocumentCapture,
  url: UrlParts,
  key: number,
): void {
  const { ledger, rules, addDocument, documentFields } = appending;
  if (row.measurements.length !== rules) {
    throw new PipelineError(
      "segment-broken",
      `document ${id} has ${row.measurements.length} measurements for ${rules} rules`,
      {
        path: ledger.path,
        capture: id,
      },
    );
  }
  const canonical = row.canonicalUrl === null ? null : splitUrl(row.canonicalUrl);
  pack(ledger, documentColumns, row, documentFields);
  addDocument.run(
    key,
    canonical === null ? null : originKey(ledger, canonical[0]),
    canonical === null || canonical[1] === url[1] ? null : canonical[1],
    JSON.stringify(row.measurements),
    ...documentFields,
  );
  addRights(appending, row, key);
}

/** Slices come in the order of the archive, so that the capture is there; a copy that names another record than the capture's is left out. */
function addCopy(ledger: Ledger, { capture, recordId, from }: CopyRow): void {
  const terms = [termKey(ledger, from.crawl), termKey(ledger, from.subset), termKey(ledger, from.file)];
  const place = [from.offset, from.length, from.digest, JSON.stringify(from.index)];
  ledger.statement(appendSql.addCopy).run(...terms, ...place, blobOf(capture), packedRecordId(recordId));
}

function addRights(
  { ledger, addEvidence, addSignal }: Appending,
  { evidence, signals }: CaptureRights,
  key: number,
): void {
  for (const [ordinal, { kind, licence, value, place, quote, subject }] of evidence.entries()) {
    const keys = [termKey(ledger, kind), termKeyOrNull(ledger, licence)];
    addEvidence.run(key, ordinal, ...keys, value, termKey(ledger, place), quote, subjects.indexOf(subject));
  }
  for (const [ordinal, { kind, preference, value, agent, place, quote, policyUrl }] of signals.entries()) {
    const keys = [termKey(ledger, kind), termKey(ledger, preference)];
    addSignal.run(key, ordinal, ...keys, value, termKey(ledger, agent), termKey(ledger, place), quote, policyUrl);
  }
}
