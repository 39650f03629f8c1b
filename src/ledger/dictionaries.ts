import type { Ledger } from "./open.ts";
import { hostOf } from "./rows.ts";

export const dictionarySql = {
  term: "SELECT key FROM term WHERE text = ?",
  addTerm: "INSERT INTO term (text) VALUES (?)",
  origin: "SELECT key FROM origin WHERE origin = ?",
  addOrigin: "INSERT INTO origin (origin, host) VALUES (?, ?)",
} as const;

/** Entries kept in memory; a crawl of many hosts must not grow the process. */
const cacheLimit = 100_000;

/** Key of a string that repeats, stored when it is new. Only inside a transaction. */
export function termKey(ledger: Ledger, text: string): number {
  return (
    ledger.keys.terms.get(text) ??
    remembered(ledger.keys.terms, text, () => {
      const known = ledger.statement<{ key: number }>(dictionarySql.term).get(text);
      return known?.key ?? Number(ledger.statement(dictionarySql.addTerm).run(text).lastInsertRowid);
    })
  );
}

/** `null` stays `null`. */
export function termKeyOrNull(ledger: Ledger, text: string | null): number | null {
  return text === null ? null : termKey(ledger, text);
}

/** Key of the scheme and authority of an address, stored when it is new. Only inside a transaction. */
export function originKey(ledger: Ledger, origin: string): number {
  return (
    ledger.keys.origins.get(origin) ??
    remembered(ledger.keys.origins, origin, () => {
      const known = ledger.statement<{ key: number }>(dictionarySql.origin).get(origin);
      return (
        known?.key ?? Number(ledger.statement(dictionarySql.addOrigin).run(origin, hostOf(origin)).lastInsertRowid)
      );
    })
  );
}

function remembered(cache: Map<string, number>, text: string, find: () => number): number {
  const key = find();
  if (cache.size >= cacheLimit) cache.clear();
  cache.set(text, key);
  return key;
}
