import type Database from "better-sqlite3";

import { hostOfOrigin, splitUrl } from "../core/address/host.ts";

interface OriginRow {
  readonly key: number;
  readonly origin: string;
  readonly host: string;
}

interface AddressRow {
  readonly key: number;
  readonly origin: number;
  readonly rest: string;
}

/** Rows read at once; none is held while others are written. */
const pageRows = 1000;

/**
 * Gives each origin the host that a browser would read in it, and divides addresses where they are divided now: until
 * version 8 an address with unusual slashes had no origin at all. The addresses themselves stay to the letter.
 */
export function rereadHosts(db: Database.Database): void {
  const origins = db.prepare<[], OriginRow>("SELECT key, origin, host FROM origin").all();
  const setHost = db.prepare("UPDATE origin SET host = ? WHERE key = ?");
  const divided = new Map<number, string>();
  for (const { key, origin, host } of origins) {
    const now = hostOfOrigin(origin);
    if (now !== host) setHost.run(now, key);
    if (!isStill(origin)) divided.set(key, origin);
  }
  if (divided.size === 0) return;
  // The canonical addresses first: where only the origin is stored, the rest is that of the capture as it still is.
  divideCanonical(db, divided);
  for (const [key, origin] of divided) divideCaptures(db, key, origin);
}

/** Does whatever address has been stored with this origin keep it? */
function isStill(origin: string): boolean {
  return origin !== "" && splitUrl(`${origin}/`)[0] === origin && splitUrl(origin)[0] === origin;
}

function divideCanonical(db: Database.Database, divided: ReadonlyMap<number, string>): void {
  const page = db.prepare<[string, number, number], AddressRow>(
    `SELECT d.key, d.canonical_origin AS origin, coalesce(d.canonical_rest, c.url_rest) AS rest
      FROM document d JOIN capture c ON c.key = d.key
      WHERE d.canonical_origin IN (SELECT value FROM json_each(?)) AND d.key > ? ORDER BY d.key LIMIT ?`,
  );
  const set = db.prepare("UPDATE document SET canonical_origin = ?, canonical_rest = ? WHERE key = ?");
  const keys = JSON.stringify([...divided.keys()]);
  for (
    let rows = page.all(keys, 0, pageRows);
    rows.length > 0;
    rows = page.all(keys, rows.at(-1)?.key ?? 0, pageRows)
  ) {
    for (const { key, origin, rest } of rows) {
      const before = divided.get(origin) ?? "";
      const [now, remainder] = splitUrl(before + rest);
      if (now !== before) set.run(originKey(db, now), remainder, key);
    }
  }
}

function divideCaptures(db: Database.Database, origin: number, before: string): void {
  const page = db.prepare<[number, string, number, number], AddressRow>(
    `SELECT key, origin, url_rest AS rest FROM capture WHERE origin = ? AND (url_rest, key) > (?, ?)
      ORDER BY url_rest, key LIMIT ?`,
  );
  const set = db.prepare("UPDATE capture SET origin = ?, url_rest = ? WHERE key = ?");
  const keepCanonical = db.prepare(
    "UPDATE document SET canonical_rest = ? WHERE key = ? AND canonical_origin IS NOT NULL AND canonical_rest IS NULL",
  );
  for (let rows = page.all(origin, "", 0, pageRows), last = rows.at(-1); last !== undefined; last = rows.at(-1)) {
    for (const { key, rest } of rows) {
      const [now, remainder] = splitUrl(before + rest);
      if (now === before) continue;
      keepCanonical.run(rest, key);
      set.run(originKey(db, now), remainder, key);
    }
    rows = page.all(origin, last.rest, last.key, pageRows);
  }
}

function originKey(db: Database.Database, origin: string): number {
  const known = db.prepare<[string], { key: number }>("SELECT key FROM origin WHERE origin = ?").get(origin);
  if (known !== undefined) return known.key;
  const added = db.prepare("INSERT INTO origin (origin, host) VALUES (?, ?)").run(origin, hostOfOrigin(origin));
  return Number(added.lastInsertRowid);
}
