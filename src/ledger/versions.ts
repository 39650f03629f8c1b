import type { Hex } from "../core/records.ts";
import type { AddressCapture, AddressState } from "../core/versions.ts";
import { captureColumns, unpack } from "./columns.ts";
import type { Ledger } from "./open.ts";
import { inTransaction } from "./partitions.ts";
import { pagesOf, termKey } from "./rows.ts";

export const versionSql = {
  addresses:
    "SELECT c.key, o.origin || c.url_rest AS url FROM capture c JOIN origin o ON o.key = c.origin WHERE c.key > ? ORDER BY c.key LIMIT ?",
  capture: `SELECT c.key, lower(hex(c.id)) AS id, o.origin || c.url_rest AS url, ${captureColumns.select},
    EXISTS (SELECT 1 FROM signal g WHERE g.document = c.key) OR EXISTS (SELECT 1 FROM observation e WHERE e.document = c.key)
      AS speaks
    FROM capture c JOIN origin o ON o.key = c.origin WHERE c.key = ?`,
  clear: "DELETE FROM version",
  clearTies: "DELETE FROM tie",
  add: "INSERT INTO version (document, state, capture) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state, capture = excluded.capture",
  madeOf: `SELECT d.key AS document, p.key AS capture, p.outcome = 0 AS isDocument
    FROM capture d JOIN document own ON own.key = d.key JOIN term t ON t.key = d.record_type JOIN capture p ON p.record_id = d.refers_to
    WHERE d.refers_to IS NOT NULL AND t.text IN ('resource', 'conversion') AND p.key <> d.key
      AND (p.origin <> d.origin OR p.url_rest <> d.url_rest)
    ORDER BY d.key, p.key`,
  addTie: "INSERT INTO tie (document, capture, relation) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
} as const;

/** Statements on a table of this connection alone: rows of it are sorted outside memory, however many there are. */
const scratch = {
  make: "CREATE TEMP TABLE IF NOT EXISTS address (hash INTEGER NOT NULL, capture INTEGER NOT NULL)",
  clear: "DELETE FROM temp.address",
  add: "INSERT INTO temp.address (hash, capture) VALUES (?, ?)",
  index: "CREATE INDEX IF NOT EXISTS temp.address_by_hash ON address (hash, capture)",
  dropIndex: "DROP INDEX IF EXISTS temp.address_by_hash",
  shared: "SELECT hash FROM temp.address WHERE hash > ? GROUP BY hash HAVING count(*) > 1 ORDER BY hash LIMIT ?",
  captures: "SELECT capture FROM temp.address WHERE hash = ? ORDER BY capture",
} as const;

/**
 * Replaces what the ledger knows of the states of addresses, in one transaction.
 * @param normalOf names an address; captures of one name are of one address
 * @param stateOf what the captures of one address, two or more, come to; asked only where one of them is a document
 */
export function replaceVersions(
  ledger: Ledger,
  normalOf: (url: string) => string,
  stateOf: (captures: readonly AddressCapture[]) => AddressState,
): void {
  inTransaction(ledger, () => {
    ledger.statement(versionSql.clear).run();
    ledger.statement(versionSql.clearTies).run();
    const [add, addTie] = [ledger.statement(versionSql.add), ledger.statement(versionSql.addTie)];
    for (const captures of sharedAddresses(ledger, normalOf)) {
      const { versions, ties } = stateOf(captures);
      for (const { document, standing, capture } of versions) add.run(document, termKey(ledger, standing), capture);
      for (const { document, capture, relation } of ties) addTie.run(document, capture, termKey(ledger, relation));
    }
    // A record may name a page of another address as what it was made of.
    for (const { document, capture, isDocument } of ledger.statement<MadeOf>(versionSql.madeOf).all()) {
      if (isDocument === 1) add.run(document, termKey(ledger, "derived"), capture);
      else addTie.run(document, capture, termKey(ledger, "page"));
    }
  });
}

interface MadeOf {
  readonly document: number;
  readonly capture: number;
  readonly isDocument: number;
}

/** The captures of each address that has several, one of them a document at least. */
function* sharedAddresses(ledger: Ledger, normalOf: (url: string) => string): Generator<readonly AddressCapture[]> {
  ledger.db.exec(`${scratch.make}; ${scratch.clear}; ${scratch.dropIndex}`);
  const page = ledger.statement<{ key: number; url: string }>(versionSql.addresses);
  const add = ledger.statement(scratch.add);
  const rows = pagesOf(
    0,
    ({ key }: { key: number; url: string }) => key,
    (after, limit) => page.all(after, limit),
  );
  for (const { key, url } of rows) add.run(hashOf(normalOf(url)), key);
  ledger.db.exec(scratch.index);
  const shared = ledger.statement<{ hash: number }>(scratch.shared);
  const hashes = pagesOf(
    -1,
    ({ hash }: { hash: number }) => hash,
    (after, limit) => shared.all(after, limit),
  );
  for (const { hash } of hashes) yield* addressesOf(ledger, hash, normalOf);
  ledger.db.exec(scratch.clear);
}

/** Addresses that differ can share a hash. */
function addressesOf(ledger: Ledger, hash: number, normalOf: (url: string) => string): (readonly AddressCapture[])[] {
  const keys = ledger.statement<{ capture: number }>(scratch.captures).all(hash);
  const byAddress = new Map<string, AddressCapture[]>();
  for (const { capture } of keys) {
    const row = ledger.statement<StoredCapture>(versionSql.capture).get(capture);
    if (row === undefined) continue;
    const address = normalOf(row.url);
    const of = byAddress.get(address) ?? [];
    byAddress.set(address, of);
    const { outcome, ...fields } = unpack(captureColumns, row);
    of.push({ ...fields, outcome, key: row.key, id: row.id, speaks: row.speaks === 1 });
  }
  return [...byAddress.values()].filter((of) => of.length > 1 && of.some(({ outcome }) => outcome === "document"));
}

interface StoredCapture {
  readonly key: number;
  readonly id: Hex;
  readonly url: string;
  readonly speaks: number;
}

/** 52 bits of FNV-1a over UTF-16 code units, in two halves: an integer that both SQLite and JavaScript hold exactly. */
function hashOf(text: string): number {
  let [low, high] = [0x811c9dc5, 0x050c5d1f];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x01000193);
  }
  return (low >>> 0) + (high & 0xfffff) * 2 ** 32;
}
