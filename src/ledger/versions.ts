import { hexDigestOf } from "../core/stated-digest.ts";
import type { AddressCapture, AddressState } from "../core/versions.ts";
import { captureColumns, unpack } from "./columns.ts";
import type { Ledger } from "./open.ts";
import { inTransaction } from "./partitions.ts";
import { pagesOf, termKey } from "./rows.ts";

/** SQL for the key and address of the page that a record of another address was made of; `NULL` for all others. */
const pageUrl = `(SELECT po.origin || p.url_rest FROM temp.referred r JOIN capture p ON p.key = r.capture
  JOIN origin po ON po.key = p.origin LEFT JOIN term pr ON pr.key = p.reason
  WHERE r.record_id = c.refers_to AND t.text IN ('resource', 'conversion') AND r.capture <> c.key
    AND coalesce(pr.text, '') NOT IN ('derived', 'crawler-record'))`;

export const versionSql = {
  clear: "DELETE FROM version",
  clearTies: "DELETE FROM tie",
  add: "INSERT INTO version (document, state, capture) VALUES (?, ?, ?)",
  addTie: "INSERT INTO tie (document, capture, relation) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
} as const;

/** Statements on tables of this connection alone: rows of them are sorted outside memory, however many there are. */
const scratch = {
  make: `CREATE TEMP TABLE IF NOT EXISTS address (hash INTEGER NOT NULL, capture INTEGER NOT NULL);
    CREATE TEMP TABLE IF NOT EXISTS referred (record_id ANY PRIMARY KEY, capture INTEGER NOT NULL) WITHOUT ROWID;
    DELETE FROM temp.address; DELETE FROM temp.referred; DROP INDEX IF EXISTS temp.address_by_hash`,
  refer: `INSERT OR IGNORE INTO temp.referred (record_id, capture) SELECT record_id, key FROM capture
    WHERE record_id IN (SELECT refers_to FROM capture WHERE refers_to IS NOT NULL) ORDER BY key`,
  addresses: `SELECT c.key, coalesce(${pageUrl}, o.origin || c.url_rest) AS address
    FROM capture c JOIN origin o ON o.key = c.origin JOIN term t ON t.key = c.record_type WHERE c.key > ? ORDER BY c.key LIMIT ?`,
  add: "INSERT INTO temp.address (hash, capture) VALUES (?, ?)",
  index: "CREATE INDEX temp.address_by_hash ON address (hash, capture)",
  shared: "SELECT hash FROM temp.address WHERE hash > ? GROUP BY hash HAVING count(*) > 1 ORDER BY hash LIMIT ?",
  captures: "SELECT capture FROM temp.address WHERE hash = ? ORDER BY capture",
  capture: `SELECT c.key, coalesce(${pageUrl}, o.origin || c.url_rest) AS address,
    ${captureColumns.select},
    format('%s %015d %015d', lower(hex(a.sha256)), c.offset, c.inner_offset) AS place,
    EXISTS (SELECT 1 FROM signal g WHERE g.document = c.key) OR EXISTS (SELECT 1 FROM observation e WHERE e.document = c.key)
      AS speaks,
    (SELECT d.key FROM temp.referred r JOIN document d ON d.key = r.capture WHERE r.record_id = c.refers_to) AS repeats
    FROM capture c JOIN origin o ON o.key = c.origin JOIN term t ON t.key = c.record_type
    JOIN slice s ON s.key = c.slice JOIN archive a ON a.key = s.archive WHERE c.key = ?`,
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
  });
}

/** The captures of each address that has several, one of them a document at least. */
function* sharedAddresses(ledger: Ledger, normalOf: (url: string) => string): Generator<readonly AddressCapture[]> {
  ledger.db.exec(scratch.make);
  ledger.statement(scratch.refer).run();
  const page = ledger.statement<Addressed>(scratch.addresses);
  const add = ledger.statement(scratch.add);
  const rows = pagesOf(
    0,
    ({ key }: Addressed) => key,
    (after, limit) => page.all(after, limit),
  );
  for (const { key, address } of rows) add.run(hashOf(normalOf(address)), key);
  ledger.db.exec(scratch.index);
  const shared = ledger.statement<{ hash: number }>(scratch.shared);
  const hashes = pagesOf(
    -1,
    ({ hash }: { hash: number }) => hash,
    (after, limit) => shared.all(after, limit),
  );
  for (const { hash } of hashes) yield* addressesOf(ledger, hash, normalOf);
  ledger.db.exec(scratch.make);
}

interface Addressed {
  readonly key: number;
  /** Its own, or that of the page that it was made of. */
  readonly address: string;
}

/** Addresses that differ can share a hash. */
function addressesOf(ledger: Ledger, hash: number, normalOf: (url: string) => string): (readonly AddressCapture[])[] {
  const byAddress = new Map<string, AddressCapture[]>();
  for (const { capture } of ledger.statement<{ capture: number }>(scratch.captures).all(hash)) {
    const row = ledger.statement<StoredCapture>(scratch.capture).get(capture);
    if (row === undefined) continue;
    const address = normalOf(row.address);
    const of = byAddress.get(address) ?? [];
    byAddress.set(address, of);
    of.push(addressCaptureOf(row));
  }
  return [...byAddress.values()].filter((of) => of.length > 1 && of.some(({ outcome }) => outcome === "document"));
}

interface StoredCapture extends Addressed {
  readonly place: string;
  readonly speaks: number;
  readonly repeats: number | null;
}

function addressCaptureOf(row: StoredCapture): AddressCapture {
  const { key, address, place, speaks, repeats } = row;
  const fields = unpack(captureColumns, row);
  const { statedPayloadDigest, recordType, payloadSha256 } = fields;
  const stated = statedPayloadDigest === null ? null : hexDigestOf(statedPayloadDigest);
  const own = recordType === "revisit" ? [] : [`sha256:${payloadSha256}`];
  return {
    ...fields,
    key,
    place,
    exact: exactOf(address),
    payloads: stated === null ? own : [stated, ...own],
    repeats: recordType === "revisit" ? repeats : null,
    speaks: speaks === 1,
  };
}

function exactOf(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return url;
  parsed.hash = "";
  return parsed.href;
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
