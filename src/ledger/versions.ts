import { hexDigestOf } from "../core/stated-digest.ts";
import type { AddressCapture, AddressState } from "../core/versions.ts";
import { captureColumns, unpack } from "./columns.ts";
import type { Ledger } from "./open.ts";
import { inTransaction } from "./partitions.ts";
import { pagesOf, placeText, termKey } from "./rows.ts";

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
  make: `CREATE TEMP TABLE IF NOT EXISTS address (name TEXT NOT NULL, capture INTEGER NOT NULL);
    CREATE TEMP TABLE IF NOT EXISTS referred (record_id ANY PRIMARY KEY, capture INTEGER NOT NULL) WITHOUT ROWID;
    DELETE FROM temp.address; DELETE FROM temp.referred; DROP INDEX IF EXISTS temp.address_by_name`,
  refer: `INSERT OR IGNORE INTO temp.referred (record_id, capture) SELECT record_id, key FROM capture
    WHERE record_id IN (SELECT refers_to FROM capture WHERE refers_to IS NOT NULL) ORDER BY key`,
  addresses: `SELECT c.key, coalesce(${pageUrl}, o.origin || c.url_rest) AS address
    FROM capture c JOIN origin o ON o.key = c.origin JOIN term t ON t.key = c.record_type WHERE c.key > ? ORDER BY c.key LIMIT ?`,
  add: "INSERT INTO temp.address (name, capture) VALUES (?, ?)",
  index: "CREATE INDEX temp.address_by_name ON address (name, capture)",
  shared: "SELECT name FROM temp.address WHERE name > ? GROUP BY name HAVING count(*) > 1 ORDER BY name LIMIT ?",
  captures: "SELECT capture FROM temp.address WHERE name = ? ORDER BY capture",
  capture: `SELECT c.key, coalesce(${pageUrl}, o.origin || c.url_rest) AS address,
    ${captureColumns.select},
    ${placeText} AS place,
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
  const all = pagesOf(
    0,
    ({ key }: Addressed) => key,
    (after, limit) => page.all(after, limit),
  );
  for (const { key, address } of all) add.run(normalOf(address), key);
  ledger.db.exec(scratch.index);
  const shared = ledger.statement<{ name: string }>(scratch.shared);
  const names = pagesOf(
    "",
    ({ name }: { name: string }) => name,
    (after, limit) => shared.all(after, limit),
  );
  for (const { name } of names) {
    const keys = ledger.statement<{ capture: number }>(scratch.captures).all(name);
    const rows = keys.flatMap(({ capture }) => ledger.statement<StoredCapture>(scratch.capture).all(capture));
    const captures = rows.map(addressCaptureOf);
    if (captures.some(({ outcome }) => outcome === "document")) yield captures;
  }
  ledger.db.exec(scratch.make);
}

interface Addressed {
  readonly key: number;
  /** Its own, or that of the page that it was made of. */
  readonly address: string;
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
