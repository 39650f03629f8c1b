import type { Ledger } from "./open.ts";
import { pagesOf } from "./rows.ts";

export const namesSql = {
  hosts: `SELECT DISTINCT o.host AS name FROM origin o WHERE o.host > ? AND EXISTS (SELECT 1 FROM capture c WHERE c.origin = o.key)
    ORDER BY o.host LIMIT ?`,
  agents: "SELECT text AS name FROM term WHERE key IN (SELECT agent FROM signal)",
  preferences: "SELECT text AS name FROM term WHERE key IN (SELECT preference FROM signal)",
  licences: "SELECT text AS name FROM term WHERE key IN (SELECT licence FROM document)",
} as const;

interface NameRow {
  readonly name: string;
}

/** Every host that a capture has, some more than once. */
export function* hostsOfCaptures(ledgers: readonly Ledger[]): Generator<string> {
  for (const ledger of ledgers) {
    const page = ledger.statement<NameRow>(namesSql.hosts);
    const rows = pagesOf(
      "",
      ({ name }: NameRow) => name,
      (after, limit) => page.all(after, limit),
    );
    for (const { name } of rows) yield name;
  }
}

/** Every name of one kind that a document carries, some more than once. Reads all rows of that kind. */
export function namesOfDocuments(ledgers: readonly Ledger[], kind: "agents" | "preferences" | "licences"): string[] {
  return ledgers.flatMap((ledger) =>
    ledger
      .statement<NameRow>(namesSql[kind])
      .all()
      .map(({ name }) => name),
  );
}
