import { hostOfOrigin } from "../core/address/host.ts";
import type { Hex, RuleSetRow } from "../core/records.ts";
import { subjects, type Evidence, type Signal } from "../core/rights.ts";
import type { Ledger } from "./open.ts";

/** The blob that a hex digest is stored as. */
export function blobOf(hex: Hex): Buffer {
  return Buffer.from(hex, "hex");
}

const uuid = /^<urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}>$/;

/** The usual record id, `<urn:uuid:...>` in lower case, as its 16 bytes; any other as it is. */
export function packedRecordId(recordId: string | null): string | Buffer | null {
  if (recordId === null || !uuid.test(recordId)) return recordId;
  const [low, mid] = [recordId.slice(10, 18) + recordId.slice(19, 23), recordId.slice(24, 28) + recordId.slice(29, 33)];
  return blobOf(low + mid + recordId.slice(34, 46));
}

/** A stated digest that is our own SHA-256 again, as an empty blob; any other as it is. */
export function packedDigest(stated: string | null, sha256: Hex): string | Buffer | null {
  if (stated === null || !stated.startsWith("sha256:")) return stated;
  return stated === `sha256:${sha256}` ? Buffer.alloc(0) : stated;
}

/** SQL for where capture `c` lies in archive `a`, to be compared as text: what is of one second is in this order. */
export const placeText = "format('%s %015d %015d', lower(hex(a.sha256)), c.offset, c.inner_offset)";

/** SQL that gives all evidence of a capture as JSON, for `evidenceOf`. @param key SQL for the key of the capture */
export function evidenceJsonOf(key: string): string {
  return `(SELECT json_group_array(json_array(k.text, l.text, e.value, p.text, e.quote, e.subject) ORDER BY e.ordinal)
  FROM observation e JOIN term k ON k.key = e.kind LEFT JOIN term l ON l.key = e.licence JOIN term p ON p.key = e.place
  WHERE e.document = ${key})`;
}

/** SQL that gives all signals of a capture as JSON, for `signalsOf`. @param key SQL for the key of the capture */
export function signalsJsonOf(key: string): string {
  return `(SELECT json_group_array(json_array(k.text, r.text, s.value, a.text, p.text, s.quote, s.policy_url) ORDER BY s.ordinal)
  FROM signal s JOIN term k ON k.key = s.kind JOIN term r ON r.key = s.preference JOIN term a ON a.key = s.agent
  JOIN term p ON p.key = s.place WHERE s.document = ${key})`;
}

export function evidenceOf(json: string): Evidence[] {
  const rows = JSON.parse(json) as [string, string | null, string, string, string, number][];
  return rows.map(([kind, licence, value, place, quote, subject]) => ({
    kind,
    licence,
    value,
    place,
    quote,
    subject: subjects[subject] ?? "page",
  }));
}

export function signalsOf(json: string): Signal[] {
  const rows = JSON.parse(json) as [string, string, "y" | "n" | null, string, string, string, string | null][];
  return rows.map(([kind, preference, value, agent, place, quote, policyUrl]) => ({
    kind,
    preference,
    value,
    agent,
    place,
    quote,
    policyUrl,
  }));
}

export function measurementsOf(json: string): (number | null)[] {
  return JSON.parse(json) as (number | null)[];
}

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
        known?.key ??
        Number(ledger.statement(dictionarySql.addOrigin).run(origin, hostOfOrigin(origin)).lastInsertRowid)
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

export const ruleSetSql = {
  key: "SELECT key FROM rule_set WHERE definition = ?",
  add: "INSERT INTO rule_set (definition) VALUES (?)",
  addRule: "INSERT INTO rule (rule_set, position, name, revision, unit) VALUES (?, ?, ?, ?, ?)",
  all: "SELECT rule_set AS ruleSet, name, revision, unit FROM rule ORDER BY rule_set, position",
} as const;

/** Key of a rule set, stored when it is new. Only inside a transaction. */
export function ruleSetKey(ledger: Ledger, rules: readonly RuleSetRow[]): number {
  const definition = JSON.stringify(rules.map(({ name, revision, unit }) => [name, revision, unit]));
  const known = ledger.statement<{ key: number }>(ruleSetSql.key).get(definition);
  if (known !== undefined) return known.key;
  const key = Number(ledger.statement(ruleSetSql.add).run(definition).lastInsertRowid);
  for (const [position, { name, revision, unit }] of rules.entries()) {
    ledger.statement(ruleSetSql.addRule).run(key, position, name, revision, unit);
  }
  return key;
}

/** Every rule set, by its key; documents of one set share one array. */
export function ruleSets(ledger: Ledger): Map<number, RuleSetRow[]> {
  const sets = new Map<number, RuleSetRow[]>();
  for (const { ruleSet, ...rule } of ledger.statement<RuleSetRow & { ruleSet: number }>(ruleSetSql.all).all()) {
    sets.set(ruleSet, [...(sets.get(ruleSet) ?? []), rule]);
  }
  return sets;
}

/** Rows read at once: enough that paging costs nothing, few enough that memory does not grow. */
const pageRows = 1000;

/**
 * All rows of a query, read page by page, each page behind the key of the last row before it: no statement stays open in between,
 * so the same connection can write, and a slow reader holds no snapshot back.
 */
export function* pagesOf<Row, Key>(
  start: Key,
  keyOf: (row: Row) => Key,
  readPage: (after: Key, limit: number) => Row[],
): Generator<Row> {
  let after = start;
  for (;;) {
    const rows = readPage(after, pageRows);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) return;
    after = keyOf(last);
  }
}
