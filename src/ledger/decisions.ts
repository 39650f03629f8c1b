import type { Decision, JudgedDocument, Policy } from "../core/decisions.ts";
import { captureFields } from "../core/document-fields.ts";
import type { Hex } from "../core/records.ts";
import { documentFinder } from "./clusters.ts";
import { sqlOf } from "./columns.ts";
import type { Ledger } from "./open.ts";
import { inTransactions } from "./partitions.ts";
import { termKey, pagesOf, blobOf, measurementsOf, ruleSets } from "./rows.ts";

export const decisionSql = {
  documents: `SELECT d.key, lower(hex(c.id)) AS id, o.origin || c.url_rest AS url, o.host,
    co.origin || coalesce(d.canonical_rest, c.url_rest) AS canonicalUrl, c.captured_at AS capturedAt, t.text AS truncated,
    rt.text AS recordType, ${sqlOf(captureFields, captureFields.refersTo, "c")} AS refersTo, l.text AS language, d.language_score AS languageScore, li.text AS licence,
    coalesce((SELECT st.text FROM version v JOIN term st ON st.key = v.state WHERE v.document = d.key), 'current') AS standing, s.rule_set AS ruleSetKey, d.measurements,
    (SELECT json_group_array(json_array(k.text, r.text, g.value, a.text)) FROM signal g JOIN term k ON k.key = g.kind
      JOIN term r ON r.key = g.preference JOIN term a ON a.key = g.agent WHERE g.document = d.key) AS signals,
    (SELECT lower(hex(cl.representative_id)) FROM cluster_member m JOIN cluster cl ON cl.key = m.cluster
      WHERE m.document = d.key) AS cluster
    FROM document d
    JOIN capture c ON c.key = d.key
    JOIN slice s ON s.key = c.slice
    JOIN origin o ON o.key = c.origin
    LEFT JOIN origin co ON co.key = d.canonical_origin
    LEFT JOIN term t ON t.key = c.truncated
    JOIN term rt ON rt.key = c.record_type
    JOIN term l ON l.key = d.language
    JOIN term li ON li.key = d.licence
    WHERE d.key > ? ORDER BY d.key LIMIT ?`,
  policy: "SELECT key FROM policy WHERE sha256 = ?",
  currentPolicy: "SELECT p.text FROM current_policy c JOIN policy p ON p.key = c.policy",
  policyText: "SELECT text FROM policy WHERE sha256 = ?",
  addPolicy: "INSERT INTO policy (sha256, name, text) VALUES (?, ?, ?)",
  clear: "DELETE FROM decision WHERE policy = ?",
  reasonSet: "SELECT key FROM reason_set WHERE reasons = ?",
  addReasonSet: "INSERT INTO reason_set (reasons) VALUES (?)",
  makeCurrent: `INSERT INTO current_policy (only_row, policy) VALUES (1, ?)
    ON CONFLICT (only_row) DO UPDATE SET policy = excluded.policy`,
  add: "INSERT INTO decision (policy, document, reason_set, kept) VALUES (?, ?, ?, ?)",
} as const;

/** A policy as the ledger keeps it; several may be kept side by side. */
export interface StoredPolicy {
  /** SHA-256 of `text`. */
  readonly sha256: Hex;
  readonly name: string;
  /** Canonical JSON. */
  readonly text: string;
}

/** What a policy looks at of a document by itself: what holds for it from elsewhere is still to be added. */
export interface UnjudgedDocument extends Omit<JudgedDocument, "withoutPage"> {
  /** In its ledger. */
  readonly key: number;
  readonly recordType: string;
  readonly refersTo: string | null;
}

type StoredDocument = Omit<UnjudgedDocument, "ruleSet" | "measurements" | "signals"> & {
  readonly ruleSetKey: number;
  readonly measurements: string;
  readonly signals: string;
};

/** All that a policy looks at, of every document, in no order to rely on. The ledger may be written to between two. */
export function* documentsForDecisions(ledger: Ledger): Generator<UnjudgedDocument> {
  const page = ledger.statement<StoredDocument>(decisionSql.documents);
  const sets = ruleSets(ledger);
  const rows = pagesOf(
    0,
    ({ key }: StoredDocument) => key,
    (after, limit) => page.all(after, limit),
  );
  for (const row of rows) yield unjudgedOf(row, sets);
}

/** One of them, by its key; `null` when this ledger has no such document. */
export function unjudgedDocument(ledger: Ledger, key: number): UnjudgedDocument | null {
  const [row] = ledger.statement<StoredDocument>(decisionSql.documents).all(key - 1, 1);
  return row?.key === key ? unjudgedOf(row, ruleSets(ledger)) : null;
}

function unjudgedOf(row: StoredDocument, sets: ReturnType<typeof ruleSets>): UnjudgedDocument {
  const { ruleSetKey, measurements, signals, ...stored } = row;
  return {
    ...stored,
    ruleSet: sets.get(ruleSetKey) ?? [],
    measurements: measurementsOf(measurements),
    signals: (JSON.parse(signals) as [string, string, "y" | "n" | null, string][]).map(
      ([kind, preference, value, agent]) => ({ kind, preference, value, agent }),
    ),
  };
}

/**
 * Stores a policy, replaces its decisions by these and makes it the current one, in one transaction a partition. Each
 * decision is written where its document is; those of other policies stay, as history.
 * @throws {PipelineError} `not-found` for a decision about no document of any partition
 */
export function replaceDecisions(
  ledgers: readonly Ledger[],
  policy: StoredPolicy,
  decisions: Iterable<Decision>,
): void {
  const find = documentFinder(ledgers);
  inTransactions(ledgers, () => {
    const writers = new Map(ledgers.map((ledger) => [ledger, decisionWriter(ledger, policy)]));
    for (const { document, reasons } of decisions) {
      const { ledger, key } = find(document);
      writers.get(ledger)?.(key, reasons);
    }
  });
}

/** The policy that decided last; `null` before any has. */
export function currentPolicy(ledger: Ledger): Policy | null {
  const row = ledger.statement<{ text: string }>(decisionSql.currentPolicy).get();
  return row === undefined ? null : (JSON.parse(row.text) as Policy);
}

/** A policy that the ledger has decisions of; `null` when it has none. One from an older version may lack members. */
export function policyIn(ledger: Ledger, sha256: Hex): Policy | null {
  const row = ledger.statement<{ text: string }>(decisionSql.policyText).get(blobOf(sha256));
  return row === undefined ? null : (JSON.parse(row.text) as Policy);
}

function decisionWriter(ledger: Ledger, stored: StoredPolicy): (document: number, reasons: readonly string[]) => void {
  const policy = policyKey(ledger, stored);
  ledger.statement(decisionSql.clear).run(policy);
  ledger.statement(decisionSql.makeCurrent).run(policy);
  const [add, sets] = [ledger.statement(decisionSql.add), new Map<string, number>()];
  return (document, reasons) => {
    const json = JSON.stringify(reasons);
    const set = sets.get(json) ?? reasonSetKey(ledger, reasons);
    sets.set(json, set);
    add.run(policy, document, set, reasons.length === 0 ? 1 : 0);
  };
}

function policyKey(ledger: Ledger, { sha256, name, text }: StoredPolicy): number {
  const known = ledger.statement<{ key: number }>(decisionSql.policy).get(blobOf(sha256));
  return known?.key ?? Number(ledger.statement(decisionSql.addPolicy).run(blobOf(sha256), name, text).lastInsertRowid);
}

function reasonSetKey(ledger: Ledger, reasons: readonly string[]): number {
  const json = JSON.stringify(reasons.map((reason) => termKey(ledger, reason)));
  const known = ledger.statement<{ key: number }>(decisionSql.reasonSet).get(json);
  return known?.key ?? Number(ledger.statement(decisionSql.addReasonSet).run(json).lastInsertRowid);
}
