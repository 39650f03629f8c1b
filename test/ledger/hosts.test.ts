import assert from "node:assert/strict";
import { test } from "node:test";

import { appendSegment } from "../../src/ledger/append-segment.ts";
import { registerArchive } from "../../src/ledger/archives.ts";
import { openLedger, type Ledger } from "../../src/ledger/open.ts";
import { rereadHosts } from "../../src/ledger/reread-hosts.ts";
import { archive, sampleCapture, sampleDocument, sampleSegment, temporaryFolder } from "./sample-rows.ts";

const hosts: Readonly<Record<string, string>> = {
  "http://evil.example/page": "evil.example",
  "http://EVIL.example.:80/page": "evil.example",
  "http:\\\\evil.example\\page": "evil.example",
  "http:/evil.example/page": "evil.example",
  "http:///evil.example/page": "evil.example",
  "http://evil.example\\@good.example/page": "evil.example",
  "http://evil。example": "evil.example",
  " http://evil.example/ ": "evil.example",
  "http://evil.example ": "evil.example",
  "http://a b/": "",
  "urn:isbn:1": "",
};
/** Of a page with its own rest of the address, with another, and with one that no origin was seen in. */
const canonicals = [null, "https://www.example.org/page", "http:/good.example/page", "https://www.example.org/other"];

function withAddresses(work: (ledger: Ledger) => void): void {
  using folder = temporaryFolder();
  using ledger = openLedger(folder.ledgerPath, { mode: "write" });
  registerArchive(ledger, archive, 1n);
  const captures = Object.keys(hosts).flatMap((url, at) =>
    canonicals.map((canonicalUrl, which) => {
      const number = 1 + at * canonicals.length + which;
      return sampleCapture(number, { url, document: sampleDocument(number, { canonicalUrl }) });
    }),
  );
  appendSegment(ledger, sampleSegment(0, captures));
  work(ledger);
}

const addresses = (ledger: Ledger): unknown[] =>
  ledger.db
    .prepare(
      `SELECT x.id, x.url, x.host, o.origin, c.url_rest, y.canonical_url, co.origin AS canonical_origin FROM captures x
        JOIN capture c ON c.key = x.key JOIN origin o ON o.key = c.origin JOIN documents y ON y.key = x.key
        JOIN document d ON d.key = x.key LEFT JOIN origin co ON co.key = d.canonical_origin ORDER BY x.id`,
    )
    .all();

test("every capture is booked under the host that a browser would ask, and its address stays to the letter", () => {
  withAddresses((ledger) => {
    const rows = ledger.db.prepare("SELECT DISTINCT url, host FROM captures").all() as { url: string; host: string }[];
    assert.deepEqual(Object.fromEntries(rows.map(({ url, host }) => [url, host])), hosts);
  });
});

/** How addresses were divided, and hosts read, before version 8 of the schema. */
function formerly(url: string): { origin: string; rest: string; host: string } {
  const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(url)?.[0] ?? "";
  const authority = origin.slice(origin.indexOf("://") + 3);
  const host = authority
    .slice(authority.lastIndexOf("@") + 1)
    .replace(/:\d*$/, "")
    .toLowerCase();
  return { origin, rest: url.slice(origin.length), host };
}

function storeFormerly({ db }: Ledger): void {
  const keyOf = (url: string): number => {
    const { origin, host } = formerly(url);
    db.prepare("INSERT INTO origin (origin, host) VALUES (?, ?) ON CONFLICT DO UPDATE SET host = excluded.host").run(
      origin,
      host,
    );
    return db.prepare("SELECT key FROM origin WHERE origin = ?").pluck().get(origin) as number;
  };
  const rows = db.prepare("SELECT key, url, canonical_url AS canonical FROM documents").all();
  for (const { key, url, canonical } of rows as { key: number; url: string; canonical: string | null }[]) {
    const { rest } = formerly(url);
    db.prepare("UPDATE capture SET origin = ?, url_rest = ? WHERE key = ?").run(keyOf(url), rest, key);
    if (canonical === null) continue;
    const own = formerly(canonical).rest === rest ? null : formerly(canonical).rest;
    db.prepare("UPDATE document SET canonical_origin = ?, canonical_rest = ? WHERE key = ?").run(
      keyOf(canonical),
      own,
      key,
    );
  }
}

test("a ledger of before is brought to the same hosts, and its addresses stay to the letter", () => {
  withAddresses((ledger) => {
    const now = addresses(ledger);
    storeFormerly(ledger);
    assert.notDeepEqual(addresses(ledger), now);
    rereadHosts(ledger.db);
    assert.deepEqual(addresses(ledger), now);
    rereadHosts(ledger.db);
    assert.deepEqual(addresses(ledger), now);
  });
});
