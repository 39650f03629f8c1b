import type { Hex } from "../core/records.ts";
import type { Ledger } from "./open.ts";
import { blobOf } from "./rows.ts";

/** Column that names a capture or its document, by table; the captures themselves come last. */
const ofCapture = {
  copy: "capture",
  site_file: "capture",
  observation: "document",
  signal: "document",
  document: "key",
  capture: "key",
} as const;
const ofSlice = ["loss", "problem"] as const;
/** Made again as a whole from all documents, whenever a policy is applied. */
const derived = ["cluster_member", "cluster", "version", "tie"] as const;

/** Tables whose rows go with a slice; a test holds the list to what the schema refers to captures and slices from. */
export const tablesOfSlices: readonly string[] = [...Object.keys(ofCapture), ...ofSlice, ...derived, "decision"];

export const removeSql = {
  copies: `SELECT lower(hex(c.id)) AS id, k.crawl, k.subset, k.file, k.offset, k.length, k.digest, k.fields
    FROM copy k JOIN capture c ON c.key = k.capture WHERE k.capture BETWEEN ? AND ?`,
  addCopy: `INSERT INTO copy (capture, crawl, subset, file, offset, length, digest, fields)
    SELECT key, ?, ?, ?, ?, ?, ?, ? FROM capture WHERE id = ? ON CONFLICT (capture) DO NOTHING`,
  decisions: "DELETE FROM decision WHERE policy IN (SELECT key FROM policy) AND document BETWEEN ? AND ?",
  slice: "DELETE FROM slice WHERE key = ?",
  captureKey: "SELECT key FROM capture WHERE id = ?",
  uncount: `UPDATE slice SET capture_count = capture_count - 1,
    document_count = document_count - (SELECT count(*) FROM document WHERE key = ?)
    WHERE key = (SELECT slice FROM capture WHERE key = ?)`,
} as const;

/** A slice as it stands in a ledger; both keys are `null` when it has no captures there. */
export interface StoredSlice {
  readonly key: number;
  readonly first: number | null;
  readonly last: number | null;
}

/** What was said of the origin of a capture, maybe by a record of the next slice. */
export interface KeptCopy {
  readonly id: Hex;
  readonly crawl: number;
  readonly subset: number;
  readonly file: number;
  readonly offset: number;
  readonly length: number;
  readonly digest: string | null;
  readonly fields: string;
}

/**
 * Takes out all that a slice brought, with the decisions about its documents and all clusters and versions, which are made
 * of all documents. Only inside a transaction, with foreign keys not enforced: to look for a decision about each row that
 * goes would read all decisions each time.
 * @returns what was known of the origin of its captures, for `addKeptCopies` when they are there again
 */
export function removeSlice(ledger: Ledger, { key, first, last }: StoredSlice): readonly KeptCopy[] {
  const copies = first === null || last === null ? [] : ledger.statement<KeptCopy>(removeSql.copies).all(first, last);
  if (first !== null && last !== null) removeCaptures(ledger, first, last);
  for (const table of ofSlice) ledger.statement(`DELETE FROM ${table} WHERE slice = ?`).run(key);
  for (const table of derived) ledger.statement(`DELETE FROM ${table}`).run();
  ledger.statement(removeSql.slice).run(key);
  return copies;
}

function removeCaptures(ledger: Ledger, first: number, last: number): void {
  ledger.statement(removeSql.decisions).run(first, last);
  for (const [table, column] of Object.entries(ofCapture)) {
    ledger.statement(`DELETE FROM ${table} WHERE ${column} BETWEEN ? AND ?`).run(first, last);
  }
}

/**
 * Takes out the capture with this id, if there is one. Where records are cut otherwise than before, a slice may own one that
 * the slice behind it has until its own turn comes. Likewise only inside such a transaction.
 */
export function removeCapture(ledger: Ledger, id: Hex): void {
  const known = ledger.statement<{ key: number }>(removeSql.captureKey).get(blobOf(id));
  if (known === undefined) return;
  ledger.statement(removeSql.uncount).run(known.key, known.key);
  removeCaptures(ledger, known.key, known.key);
}

/** Puts back what was known of the origin of captures that are there again, where nothing newer says it. */
export function addKeptCopies(ledger: Ledger, copies: readonly KeptCopy[]): void {
  const add = ledger.statement(removeSql.addCopy);
  for (const { id, crawl, subset, file, offset, length, digest, fields } of copies) {
    add.run(crawl, subset, file, offset, length, digest, fields, blobOf(id));
  }
}
