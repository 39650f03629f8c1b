import { outcomes, type Hex, type Outcome } from "../core/records.ts";
import type { Ledger } from "./open.ts";
import { blobOf } from "./row-values.ts";

export const funnelSql = {
  totals:
    "SELECT coalesce(sum(capture_count), 0) AS captures, coalesce(sum(document_count), 0) AS documents FROM slice",
  reasons: `SELECT c.outcome, t.text AS reason, count(*) AS captures FROM capture c
    JOIN term t ON t.key = c.reason WHERE c.outcome <> 0 GROUP BY c.outcome, c.reason ORDER BY c.outcome, t.text`,
  decisions: `SELECT r.reasons, x.kept, count(*) AS documents FROM decision x JOIN reason_set r ON r.key = x.reason_set
    WHERE x.policy = (SELECT key FROM policy WHERE sha256 = ?) GROUP BY x.reason_set`,
} as const;

/**
 * From captures to kept documents; nothing drops out without a reason. `documents` = `kept` + `refused` + `undecided`.
 */
export interface Funnel {
  readonly captures: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** One reason a capture. */
  readonly reasons: Readonly<Record<Exclude<Outcome, "document">, Readonly<Record<string, number>>>>;
  readonly documents: number;
  readonly kept: number;
  readonly refused: number;
  /** Every reason that holds is counted: the sum may be more than `refused`. */
  readonly refusedReasons: Readonly<Record<string, number>>;
  /** Documents appended since the policy was applied. */
  readonly undecided: number;
}

export function funnel(ledger: Ledger, policySha256: Hex): Funnel {
  const { captures = 0, documents = 0 } =
    ledger.statement<{ captures: number; documents: number }>(funnelSql.totals).get() ?? {};
  const byOutcome = { document: documents, duplicate: 0, skipped: 0, failed: 0 };
  const reasons: Record<Exclude<Outcome, "document">, Record<string, number>> = {
    duplicate: {},
    skipped: {},
    failed: {},
  };
  const rows = ledger.statement<{ outcome: number; reason: string; captures: number }>(funnelSql.reasons).all();
  for (const row of rows) {
    const outcome = outcomes[row.outcome];
    if (outcome === undefined || outcome === "document") continue;
    byOutcome[outcome] += row.captures;
    reasons[outcome][row.reason] = row.captures;
  }
  return { captures, outcomes: byOutcome, reasons, documents, ...decided(ledger, policySha256, documents) };
}

function decided(
  ledger: Ledger,
  policySha256: Hex,
  documents: number,
): Pick<Funnel, "kept" | "refused" | "refusedReasons" | "undecided"> {
  let [kept, refused] = [0, 0];
  const counts = new Map<string, number>();
  const rows = ledger.statement<{ reasons: string; kept: number; documents: number }>(funnelSql.decisions);
  for (const row of rows.all(blobOf(policySha256))) {
    if (row.kept === 1) kept += row.documents;
    else refused += row.documents;
    for (const reason of JSON.parse(row.reasons) as string[])
      counts.set(reason, (counts.get(reason) ?? 0) + row.documents);
  }
  const refusedReasons = Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { kept, refused, refusedReasons, undecided: documents - kept - refused };
}
