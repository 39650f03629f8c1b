import type { Hex } from "../core/records.ts";
import type { Evidence, Signal } from "../core/rights.ts";
import type { Tie } from "../core/versions.ts";
import type { Ledger } from "./open.ts";
import { evidenceJsonOf, evidenceOf, signalsJsonOf, signalsOf } from "./rows.ts";

export const tieSql = {
  any: "SELECT 1 FROM tie WHERE document = ? LIMIT 1",
  of: `SELECT r.text AS relation, lower(hex(c.id)) AS id, o.origin || c.url_rest AS url, c.captured_at AS capturedAt,
    lower(hex(c.payload_sha256)) AS payloadSha256,
    (SELECT l.text FROM document d JOIN term l ON l.key = d.licence WHERE d.key = c.key) AS licence,
    ${signalsJsonOf("t.capture")} AS signals, ${evidenceJsonOf("t.capture")} AS evidence
    FROM tie t JOIN term r ON r.key = t.relation JOIN capture c ON c.key = t.capture JOIN origin o ON o.key = c.origin
    WHERE t.document = ? ORDER BY r.text, c.id`,
} as const;

/** A capture that is tied to a document, with what it says about rights. */
export interface TiedCapture {
  readonly relation: Tie["relation"];
  readonly id: Hex;
  readonly url: string;
  readonly capturedAt: number | null;
  readonly payloadSha256: Hex;
  /** Of a document; `null` for any other capture. */
  readonly licence: string | null;
  readonly signals: readonly Signal[];
  readonly evidence: readonly Evidence[];
}

/** In order of relation and id; empty for nearly every document. @param document its key */
export function tiesOf(ledger: Ledger, document: number): TiedCapture[] {
  // To begin sorting nothing costs twenty times as much as to look.
  if (ledger.statement(tieSql.any).get(document) === undefined) return [];
  const rows = ledger.statement<StoredTie>(tieSql.of).all(document);
  return rows.map((row) => Object.assign(row, { signals: signalsOf(row.signals), evidence: evidenceOf(row.evidence) }));
}

type StoredTie = Omit<TiedCapture, "signals" | "evidence"> & { readonly signals: string; readonly evidence: string };
