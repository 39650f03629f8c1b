import { outcomes, type Hex, type Outcome } from "../core/records.ts";
import type { Ledger } from "./open.ts";
import { blobOf } from "./rows.ts";

export const funnelSql = {
  totals:
    "SELECT coalesce(sum(capture_count), 0) AS captures, coalesce(sum(document_count), 0) AS documents FROM slice",
  reasons: `SELECT c.outcome, t.text AS reason, count(*) AS captures FROM capture c
    JOIN term t ON t.key = c.reason WHERE c.outcome <> 0 GROUP BY c.outcome, c.reason ORDER BY c.outcome, t.text`,
  decisions: `SELECT coalesce(sum(kept), 0) AS kept, coalesce(sum(1 - kept), 0) AS refused FROM decision
    WHERE policy = (SELECT key FROM policy WHERE sha256 = ?)`,
  refusedReasons: `SELECT t.text AS reason, sum(x.documents) AS documents
    FROM (SELECT reason_set, count(*) AS documents FROM decision
      WHERE policy = (SELECT key FROM policy WHERE sha256 = ?) GROUP BY reason_set) x
    JOIN reason_set r ON r.key = x.reason_set JOIN json_each(r.reasons) j JOIN term t ON t.key = j.value
    GROUP BY t.key ORDER BY t.text`,
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
  const policy = blobOf(policySha256);
  const totals = ledger.statement<{ kept: number; refused: number }>(funnelSql.decisions).get(policy);
  const { kept, refused } = totals ?? { kept: 0, refused: 0 };
  const rows = ledger.statement<{ reason: string; documents: number }>(funnelSql.refusedReasons).all(policy);
  const refusedReasons = Object.fromEntries(rows.map(({ reason, documents: count }) => [reason, count]));
  return { kept, refused, refusedReasons, undecided: documents - kept - refused };
}

/** What several partitions say together; each capture and each document is in one of them. */
export function sumOfFunnels(funnels: readonly Funnel[]): Funnel {
  const sum = (of: (one: Funnel) => number): number => funnels.reduce((so, one) => so + of(one), 0);
  const merged = (of: (one: Funnel) => Readonly<Record<string, number>>): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const one of funnels) {
      for (const [reason, count] of Object.entries(of(one))) counts[reason] = (counts[reason] ?? 0) + count;
    }
    return counts;
  };
  const outcome = (name: Outcome): number => sum(({ outcomes: by }) => by[name]);
  return {
    captures: sum(({ captures }) => captures),
    outcomes: {
      document: outcome("document"),
      duplicate: outcome("duplicate"),
      skipped: outcome("skipped"),
      failed: outcome("failed"),
    },
    reasons: {
      duplicate: merged(({ reasons }) => reasons.duplicate),
      skipped: merged(({ reasons }) => reasons.skipped),
      failed: merged(({ reasons }) => reasons.failed),
    },
    documents: sum(({ documents }) => documents),
    kept: sum(({ kept }) => kept),
    refused: sum(({ refused }) => refused),
    refusedReasons: merged(({ refusedReasons }) => refusedReasons),
    undecided: sum(({ undecided }) => undecided),
  };
}
