import type { Ledger } from "./open.ts";

/** What documents can be counted by. */
export const statsKeys = ["licence", "host", "language", "reason", "type"] as const;
export type StatsKey = (typeof statsKeys)[number];

/** One line of a count. `kept` is `null` where the thing counted is no document, or no policy has decided. */
export interface StatsRow {
  readonly value: string;
  readonly count: number;
  readonly kept: number | null;
  readonly words: number | null;
  readonly textBytes: number | null;
}

// A column name cannot be bound: the keys of this table are the only ones that reach the SQL.
const columns = { licence: "d.licence", host: "o.host", language: "d.language", type: "c.mime" } as const;

const documentsBy = (
  key: keyof typeof columns,
): string => `SELECT ${key === "host" ? "g.value" : "coalesce(t.text, '-')"} AS value,
  g.count, g.kept, g.words, g.text_bytes AS textBytes FROM (
    SELECT ${columns[key]} AS value, count(*) AS count, sum(x.kept) AS kept, sum(d.words) AS words, sum(d.text_bytes) AS text_bytes
    FROM document d JOIN capture c ON c.key = d.key JOIN origin o ON o.key = c.origin
    LEFT JOIN decision x ON x.document = d.key AND x.policy = (SELECT key FROM policy WHERE sha256 = ?)
    GROUP BY 1) g
  ${key === "host" ? "" : "LEFT JOIN term t ON t.key = g.value"}
  ORDER BY g.count DESC, 1 LIMIT ?`;

export const statsSql = {
  licence: documentsBy("licence"),
  host: documentsBy("host"),
  language: documentsBy("language"),
  type: documentsBy("type"),
  reason: `SELECT value, count, NULL AS kept, NULL AS words, NULL AS textBytes FROM (
      SELECT t.text AS value, sum(x.documents) AS count FROM (SELECT reason_set, count(*) AS documents FROM decision
        WHERE policy = (SELECT key FROM policy WHERE sha256 = ?) GROUP BY reason_set) x
      JOIN reason_set r ON r.key = x.reason_set JOIN json_each(r.reasons) j JOIN term t ON t.key = j.value GROUP BY t.key
      UNION ALL
      SELECT CASE c.outcome WHEN 1 THEN 'duplicate' WHEN 2 THEN 'skipped' ELSE 'failed' END || ': ' || t.text, count(*)
      FROM capture c JOIN term t ON t.key = c.reason WHERE c.outcome <> 0 GROUP BY c.outcome, c.reason)
    ORDER BY count DESC, 1 LIMIT ?`,
} as const satisfies Record<StatsKey, string>;

/**
 * Counts documents by licence, host, language or media type; or, by `reason`, the refusals of a policy (each document once
 * for every reason that holds) together with the captures that became no document. The most frequent first.
 * @param policySha256 whose decisions `kept` and `reason` speak of
 */
export function statsBy(ledgers: readonly Ledger[], by: StatsKey, policySha256: string, limit: number): StatsRow[] {
  const counted = (ledger: Ledger, atMost: number): StatsRow[] =>
    ledger.statement<StatsRow>(statsSql[by]).all(Buffer.from(policySha256, "hex"), atMost);
  const [only] = ledgers;
  if (ledgers.length === 1 && only !== undefined) return counted(only, limit);
  const sums = new Map<string, StatsRow>();
  // What is rare in each may be frequent in all.
  for (const row of ledgers.flatMap((ledger) => counted(ledger, -1))) {
    const known = sums.get(row.value);
    sums.set(row.value, known === undefined ? row : together(known, row));
  }
  return [...sums.values()].sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1)).slice(0, limit);
}

function together(one: StatsRow, other: StatsRow): StatsRow {
  const sum = (a: number | null, b: number | null): number | null => (a === null ? b : a + (b ?? 0));
  return {
    value: one.value,
    count: one.count + other.count,
    kept: sum(one.kept, other.kept),
    words: sum(one.words, other.words),
    textBytes: sum(one.textBytes, other.textBytes),
  };
}
