import { overBudget, type CrawlBudgets, type ClaimLimits, type HostDue } from "./frontier.ts";
import type { FrontierFile } from "./sqlite-file.ts";
import { delayed, ready } from "./sqlite-schema.ts";
import type { Turn, TurnUrl, Validators } from "./turn.ts";

/** A crawl that claims less often than this was not running in between. */
const pauseMs = 60_000;
/** Delayed URLs made ready in one claim: a bound on the time it takes, the rest come with the next. */
const wakeLimit = 5_000;

const dueHost = "ready > 0 AND lease = 0 AND blocked IS NULL AND over_budget IS NULL";

interface CrawlRow {
  readonly pages: number;
  readonly bytes: number;
  readonly elapsed_ms: number;
  readonly claimed_ms: number | null;
}

interface DueHostRow {
  readonly id: number;
  readonly name: string;
  readonly pages: number;
}

type ReadyRow = { readonly id: number; readonly path: string; readonly raw: string | null } & Pick<
  TurnUrl,
  "depth" | "attempts"
> &
  (ValidatorsRow | { readonly record_id: null });

/** What a claim asks for. */
export interface ClaimAsk {
  readonly nowMs: number;
  readonly limits: ClaimLimits;
  /** The only hosts that may get a turn, in this order; `null` = the longest due first. */
  readonly hosts: readonly string[] | null;
}

export function crawlRow(store: FrontierFile): CrawlRow {
  const row = store.statement<CrawlRow>("SELECT pages, bytes, elapsed_ms, claimed_ms FROM crawl").get();
  return row ?? { pages: 0, bytes: 0, elapsed_ms: 0, claimed_ms: null };
}

/** See `Frontier.nextDueMs`. */
export function nextDueMs(store: FrontierFile): number | null {
  const host = store
    .statement<{ at: number }>(`SELECT next_ms AS at FROM hosts WHERE ${dueHost} ORDER BY next_ms LIMIT 1`)
    .get();
  const url = store
    .statement<{ at: number }>(`SELECT due_ms AS at FROM urls WHERE state = ${delayed} ORDER BY due_ms LIMIT 1`)
    .get();
  if (host === undefined || url === undefined) return host?.at ?? url?.at ?? null;
  return Math.min(host.at, url.at);
}

/** See `LocalFrontier.claimNow`. */
export function claimTurns(store: FrontierFile, budgets: CrawlBudgets, ask: ClaimAsk): Turn[] {
  const { nowMs, limits, hosts: names } = ask;
  // Each of them is to come back with `changedDue`, whether it gets a turn or not.
  for (const name of names ?? []) store.touch(store.hostOf(name) ?? 0);
  // A poll that finds nothing must not cost a write to the disk.
  if ((nextDueMs(store) ?? Infinity) > nowMs) return [];
  return store.inTransaction(() => {
    const { pages, bytes, elapsed_ms, claimed_ms } = crawlRow(store);
    const timeMs = elapsed_ms + Math.min(pauseMs, Math.max(0, nowMs - (claimed_ms ?? nowMs)));
    store.statement("UPDATE crawl SET elapsed_ms = ?, claimed_ms = ?").run(timeMs, nowMs);
    if (overBudget({ pages, bytes, timeMs }, budgets.crawl) !== null) return [];
    wake(store, nowMs);
    let left = (budgets.crawl.pages ?? Infinity) - pages - leasedUrls(store);
    const hosts = names === null ? firstHosts(store, nowMs, limits.turns) : namedHosts(store, nowMs, names);
    const turns: Turn[] = [];
    for (const host of hosts) {
      const most = Math.min(limits.urlsPerTurn, left, (budgets.host.pages ?? Infinity) - host.pages);
      if (most < 1) continue;
      const turn = leased(store, host, most, nowMs + limits.leaseMs);
      left -= turn.urls.length;
      turns.push(turn);
    }
    return turns;
  });
}

function firstHosts(store: FrontierFile, nowMs: number, hosts: number): DueHostRow[] {
  return store
    .statement<DueHostRow>(
      `SELECT id, name, pages FROM hosts WHERE ${dueHost} AND next_ms <= ? ORDER BY next_ms, id LIMIT ?`,
    )
    .all(nowMs, hosts);
}

function namedHosts(store: FrontierFile, nowMs: number, names: readonly string[]): DueHostRow[] {
  const named = store.statement<DueHostRow>(
    `SELECT id, name, pages FROM hosts WHERE name = ? AND ${dueHost} AND next_ms <= ?`,
  );
  return names.flatMap((name) => named.get(name, nowMs) ?? []);
}

/** See `LocalFrontier.firstDue`. */
export function firstDue(store: FrontierFile, hosts: number): HostDue[] {
  return store
    .statement<{ host: string; dueMs: number }>(
      `SELECT name AS host, next_ms AS dueMs FROM hosts WHERE ${dueHost} ORDER BY next_ms, id LIMIT ?`,
    )
    .all(hosts);
}

/** See `LocalFrontier.changedDue`. */
export function changedDue(store: FrontierFile, nowMs: number): HostDue[] | null {
  const url = store.statement<{ due: number }>(
    `SELECT 1 AS due FROM urls WHERE state = ${delayed} AND due_ms <= ? LIMIT 1`,
  );
  if (url.get(nowMs) !== undefined) store.inTransaction(() => wake(store, nowMs));
  const due = store.statement<{ host: string; dueMs: number | null }>(
    `SELECT name AS host, CASE WHEN ${dueHost} THEN next_ms END AS dueMs FROM hosts WHERE id = ?`,
  );
  const touched = store.takeTouched();
  return touched === null ? null : [...touched].flatMap((id) => due.get(id) ?? []);
}

function leasedUrls(store: FrontierFile): number {
  return store.statement<{ urls: number }>("SELECT coalesce(sum(url_count), 0) AS urls FROM leases").get()?.urls ?? 0;
}

/** Delayed URLs that are due become ready. */
function wake(store: FrontierFile, nowMs: number): void {
  const due = store
    .statement<{ id: number; host: number }>(
      `SELECT id, host FROM urls WHERE state = ${delayed} AND due_ms <= ? ORDER BY due_ms LIMIT ?`,
    )
    .all(nowMs, wakeLimit);
  const toReady = store.statement(`UPDATE urls SET state = ${ready}, due_ms = NULL, reason = NULL WHERE id = ?`);
  const ofHost = store.statement("UPDATE hosts SET ready = ready + 1, delayed = delayed - 1 WHERE id = ?");
  for (const { id, host } of due) {
    toReady.run(id);
    ofHost.run(host);
    store.touch(host);
  }
}

function leased(store: FrontierFile, host: DueHostRow, most: number, untilMs: number): Turn {
  const rows = store
    .statement<ReadyRow>(
      `SELECT id, path, raw, depth, attempts, etag, last_modified, payload_digest, captured_at, record_id,
         visited_at, status, opt_outs
       FROM urls LEFT JOIN validators ON url = id
       WHERE host = ? AND state = ${ready} ORDER BY priority DESC, id LIMIT ?`,
    )
    .all(host.id, most);
  const urls = rows.map((row): TurnUrl => {
    const url = host.name + row.path;
    const validators = row.record_id === null ? null : validatorsOf(row);
    return { id: row.id, url, rawUrl: row.raw ?? url, depth: row.depth, attempts: row.attempts, validators };
  });
  const { lastInsertRowid } = store
    .statement("INSERT INTO leases (host, until_ms, urls, url_count) VALUES (?, ?, ?, ?)")
    .run(host.id, untilMs, JSON.stringify(urls.map(({ id }) => id)), urls.length);
  const lease = Number(lastInsertRowid);
  store.statement("UPDATE hosts SET lease = ? WHERE id = ?").run(lease, host.id);
  store.touch(host.id);
  return { host: host.name, lease, urls };
}

/** Validators as a row keeps them: the record's id packed where it has the form that this program writes. */
export interface ValidatorsRow {
  readonly etag: string | null;
  readonly last_modified: string | null;
  readonly payload_digest: string;
  readonly captured_at: number;
  readonly record_id: string | Buffer;
  readonly visited_at: number | null;
  readonly status: number | null;
  readonly opt_outs: string | null;
}

export function validatorsRowOf(validators: Validators): ValidatorsRow {
  const { etag, lastModified, payloadDigest, capturedAt, recordId, visitedAt, status, optOuts } = validators;
  return {
    etag,
    last_modified: lastModified,
    payload_digest: payloadDigest,
    captured_at: capturedAt,
    record_id: uuidUrn.test(recordId) ? Buffer.from(recordId.slice(10, -1).replaceAll("-", ""), "hex") : recordId,
    visited_at: visitedAt === capturedAt ? null : visitedAt,
    status,
    opt_outs: optOuts,
  };
}

export function validatorsOf(row: ValidatorsRow): Validators {
  return {
    etag: row.etag,
    lastModified: row.last_modified,
    payloadDigest: row.payload_digest,
    capturedAt: row.captured_at,
    recordId: typeof row.record_id === "string" ? row.record_id : uuidUrnOf(row.record_id.toString("hex")),
    visitedAt: row.visited_at ?? row.captured_at,
    status: row.status,
    optOuts: row.opt_outs,
  };
}

const uuidUrn = /^<urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}>$/;

function uuidUrnOf(hex: string): string {
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return `<urn:uuid:${parts.join("-")}>`;
}
