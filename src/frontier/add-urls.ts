import { hostKeyOf } from "../url/normalize.ts";
import { familiesOf, trapOf } from "../url/traps.ts";
import type { TrapLimits, TrapReason } from "../url/traps.ts";
import type { AddCounts } from "./frontier.ts";
import { digestOf } from "./sqlite-file.ts";
import type { FrontierFile } from "./sqlite-file.ts";
import { delayed } from "./sqlite-schema.ts";
import type { FoundUrl, RefusedCount } from "./turn.ts";

/**
 * Adds URLs inside a transaction that the caller holds.
 * @param sameContentHost a host whose pages have said the same for too long: links to it are not followed; or `null`
 */
export function addUrls(
  store: FrontierFile,
  found: Iterable<FoundUrl>,
  limits: TrapLimits,
  sameContentHost: string | null,
): AddCounts {
  const counts = { added: 0, known: 0, refused: 0 };
  const readyByHost = new Map<number, number>();
  const refused = new Map<string, RefusedCount>();
  for (const one of found) {
    const known = store.recent.get(one.url);
    if (known !== undefined && known <= one.depth) {
      counts.known += 1;
      continue;
    }
    const name = hostKeyOf(one.url);
    const path = one.url.slice(name.length);
    const digest = digestOf(path);
    const host = store.hostOf(name);
    if (host !== null && isKnown(store, host, digest, one)) {
      store.recent.set(one.url, one.depth);
      counts.known += 1;
      continue;
    }
    const looped = one.via === "link" && name === sameContentHost;
    const trap = one.via === "seed" ? null : looped ? "trap-same-content" : trapOf(one.url, limits);
    const into = trap === null ? (host ?? store.addHost(name)) : 0;
    const reason = trap ?? (one.via === "seed" ? null : joinFamilies(store, into, one.url, limits));
    if (reason === null) {
      insertUrl(store, { host: into, digest, path }, one);
      store.recent.set(one.url, one.depth);
      readyByHost.set(into, (readyByHost.get(into) ?? 0) + 1);
      counts.added += 1;
    } else {
      const before = refused.get(reason);
      refused.set(reason, { links: (before?.links ?? 0) + 1, example: before?.example ?? one.url });
      counts.refused += 1;
    }
  }
  const grow = store.statement("UPDATE hosts SET ready = ready + ? WHERE id = ?");
  for (const [host, urls] of readyByHost) {
    grow.run(urls, host);
    store.touch(host);
  }
  countRefused(store, refused);
  return counts;
}

/** Adds to the counts of links that never became URLs; the first example of a reason stays. */
export function countRefused(store: FrontierFile, refused: ReadonlyMap<string, RefusedCount>): void {
  const count = store.statement(
    `INSERT INTO refused_links (reason, links, example) VALUES (?, ?, ?)
     ON CONFLICT (reason) DO UPDATE SET links = links + excluded.links`,
  );
  for (const [reason, { links, example }] of refused) count.run(reason, links, example);
}

function isKnown(store: FrontierFile, host: number, digest: Buffer, { depth }: FoundUrl): boolean {
  const row = store
    .statement<{ id: number; depth: number; state: number }>(
      "SELECT id, depth, state FROM urls WHERE host = ? AND digest = ?",
    )
    .get(host, digest);
  if (row === undefined) return false;
  // Its links will then be within a bound of depth that they would else be beyond.
  if (depth < row.depth && row.state <= delayed) {
    store.statement("UPDATE urls SET depth = ? WHERE id = ?").run(depth, row.id);
  }
  return true;
}

/** What a row of a URL is found by. */
interface UrlKey {
  readonly host: number;
  /** Of the path. */
  readonly digest: Buffer;
  /** With the query, of the normal form. */
  readonly path: string;
}

function insertUrl(store: FrontierFile, { host, digest, path }: UrlKey, one: FoundUrl): void {
  const raw = one.rawUrl === one.url ? null : one.rawUrl;
  store
    .statement("INSERT INTO urls (host, digest, path, raw, depth, priority) VALUES (?, ?, ?, ?, ?, ?)")
    .run(host, digest, path, raw, one.depth, one.priority);
}

/** Counts the URL in each of its families, or in none when one of them is full: then that is the reason. */
function joinFamilies(store: FrontierFile, host: number, url: string, limits: TrapLimits): TrapReason | null {
  const families = familiesOf(url, limits);
  if (families.length === 0) return null;
  const digests = families.map(({ key }) => digestOf(key));
  const count = store.statement<{ urls: number }>("SELECT urls FROM families WHERE host = ? AND key = ?");
  const full = families.find(({ limit }, index) => (count.get(host, digests[index])?.urls ?? 0) >= limit);
  if (full !== undefined) return full.reason;
  const join = store.statement(
    "INSERT INTO families (host, key, urls) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET urls = urls + 1",
  );
  for (const digest of digests) join.run(host, digest);
  return null;
}
