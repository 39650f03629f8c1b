import { trapLimits, type TrapLimits } from "../url/traps.ts";
import { addUrls, countRefused } from "./add-urls.ts";
import { changedDue, claimTurns, crawlRow, firstDue, nextDueMs } from "./claim-turns.ts";
import { endTurn, recoverTurns } from "./end-turns.ts";
import {
  overBudget,
  type Budgets,
  type CrawlBudgets,
  type AddCounts,
  type LocalFrontier,
  type FrontierCounts,
  type HostChange,
  type HostState,
  type UrlState,
} from "./frontier.ts";
import { openFrontierFile, type FrontierFile } from "./sqlite-file.ts";
import { done, ready, delayed, failed, refused } from "./sqlite-schema.ts";
import type { FoundUrl, Turn } from "./turn.ts";

export interface FrontierOptions {
  /** Of the whole crawl. */
  readonly budgets?: Budgets;
  /** Of each host; left out, those that were over theirs stay so. */
  readonly hostBudgets?: Budgets;
  readonly traps?: TrapLimits;
  /** `read` changes nothing, and works in a folder that may not be written; left out: `write`. */
  readonly mode?: "write" | "read";
}

/** URLs of one transaction of `add`: a kill loses no more, and the write-ahead log stays small. */
const addBatch = 10_000;

/**
 * Opens the frontier in the SQLite file at `path`, made where it is missing. Several processes may have it open.
 * @throws {PipelineError} `corpus-missing`, `corpus-locked`, `ledger-version`, `ledger-broken`, `disk-full`
 */
export function openFrontier(path: string, options: FrontierOptions = {}): LocalFrontier & Disposable {
  const { budgets: crawl = {}, hostBudgets: host = {}, traps = trapLimits } = options;
  const budgets: CrawlBudgets = { crawl, host };
  const store = openFrontierFile(path, options.mode);
  if (options.hostBudgets !== undefined) judgeHosts(store, host);
  return {
    add: (found) => addInBatches(store, found, traps),
    async claim(nowMs, limits, changes) {
      const ask = { nowMs, limits, hosts: null };
      if (changes === undefined) return claimTurns(store, budgets, ask);
      return store.inTransaction((): Turn[] => {
        changes();
        return claimTurns(store, budgets, ask);
      });
    },
    claimNow: (nowMs, limits, hosts) => claimTurns(store, budgets, { nowMs, limits, hosts: hosts ?? null }),
    firstDue: (hosts) => firstDue(store, hosts),
    changedDue: (nowMs) => changedDue(store, nowMs),
    ack: (result) => endTurn(store, result, { budgets, traps }),
    recover: (nowMs, hostNotBeforeMs) => recoverTurns(store, nowMs, hostNotBeforeMs),
    recrawl: (beforeMs) => recrawl(store, beforeMs),
    refuse(refused) {
      if (refused.size > 0) store.inTransaction(() => countRefused(store, refused));
    },
    counts: () => countsOf(store, budgets),
    nextDueMs() {
      const { pages, bytes, elapsed_ms } = crawlRow(store);
      return overBudget({ pages, bytes, timeMs: elapsed_ms }, crawl) === null ? nextDueMs(store) : null;
    },
    hosts: () => hostStates(store),
    setHost: (name, change) => changeHost(store, name, change),
    together: (changes) => store.inTransaction(changes),
    note: (name) =>
      store.statement<{ value: string }>("SELECT value FROM notes WHERE name = ?").get(name)?.value ?? null,
    setNote: (name, value) => writeNote(store, name, value),
    close: () => store.close(),
    [Symbol.dispose]: () => store.close(),
  };
}

function addInBatches(store: FrontierFile, found: Iterable<FoundUrl>, traps: TrapLimits): AddCounts {
  const sum = { added: 0, known: 0, refused: 0 };
  const add = (batch: readonly FoundUrl[]): void => {
    const counts = store.inTransaction(() => addUrls(store, batch, traps, null));
    sum.added += counts.added;
    sum.known += counts.known;
    sum.refused += counts.refused;
  };
  let batch: FoundUrl[] = [];
  for (const one of found) {
    batch.push(one);
    if (batch.length < addBatch) continue;
    add(batch);
    batch = [];
  }
  if (batch.length > 0) add(batch);
  return sum;
}

/** Budgets may have been raised or lowered since hosts were last judged by them. */
function judgeHosts(store: FrontierFile, { pages, bytes, timeMs }: Budgets): void {
  const none = Number.MAX_SAFE_INTEGER;
  store.inTransaction(() =>
    store
      .statement(
        `WITH judged AS (SELECT id AS host, CASE WHEN pages >= @pages THEN 'budget-pages'
           WHEN bytes >= @bytes THEN 'budget-bytes' WHEN spent_ms >= @timeMs THEN 'budget-time' END AS verdict FROM hosts)
         UPDATE hosts SET over_budget = verdict FROM judged WHERE id = host AND over_budget IS NOT verdict`,
      )
      .run({ pages: pages ?? none, bytes: bytes ?? none, timeMs: timeMs ?? none }),
  );
}

function writeNote(store: FrontierFile, name: string, value: string | null): void {
  store.inTransaction(() => {
    if (value === null) store.statement("DELETE FROM notes WHERE name = ?").run(name);
    else store.statement("INSERT OR REPLACE INTO notes (name, value) VALUES (?, ?)").run(name, value);
  });
}

function recrawl(store: FrontierFile, beforeMs: number): number {
  return store.inTransaction(() => {
    const { changes } = store
      .statement(
        `UPDATE urls SET state = ${ready}, attempts = 0, reason = NULL
         WHERE state IN (${done}, ${refused}, ${failed}) AND id IN
           (SELECT url FROM validators WHERE coalesce(visited_at, captured_at) < ?)`,
      )
      .run(beforeMs);
    store
      .statement(
        `UPDATE urls SET state = ${ready}, attempts = 0, reason = NULL
         WHERE state IN (${refused}, ${failed}) AND id NOT IN (SELECT url FROM validators)`,
      )
      .run();
    store
      .statement(
        `WITH now AS (SELECT host, sum(state = ${ready}) AS is_ready, sum(state = ${done}) AS is_done,
             sum(state = ${refused}) AS is_refused, sum(state = ${failed}) AS is_failed FROM urls GROUP BY host)
         UPDATE hosts SET ready = is_ready, done = is_done, refused = is_refused, failed = is_failed, pages = 0, bytes = 0, spent_ms = 0, over_budget = NULL
         FROM now WHERE now.host = hosts.id`,
      )
      .run();
    store.statement("UPDATE crawl SET pages = 0, bytes = 0, elapsed_ms = 0").run();
    store.touchAll();
    return changes;
  });
}

const pageOfHosts = 500;

const stateOf: Readonly<Record<number, UrlState>> = {
  [ready]: "waiting",
  [delayed]: "waiting",
  [done]: "done",
  [refused]: "refused",
  [failed]: "failed",
};

interface StateSums {
  readonly waiting: number;
  readonly leased: number;
  readonly done: number;
  readonly refused: number;
  readonly failed: number;
}

/** See `Frontier.counts`. Costs a look at each host and at each URL that has a reason, never at all URLs. */
export function countsOf(store: FrontierFile, budgets: CrawlBudgets): FrontierCounts {
  const sums = store
    .statement<StateSums & { hosts: number }>(
      `SELECT count(*) AS hosts, coalesce(sum(ready + delayed), 0) AS waiting, coalesce(sum(done), 0) AS done,
         coalesce(sum(refused), 0) AS refused, coalesce(sum(failed), 0) AS failed,
         (SELECT coalesce(sum(url_count), 0) FROM leases) AS leased FROM hosts`,
    )
    .get();
  const { hosts = 0, ...urls } = sums ?? { waiting: 0, leased: 0, done: 0, refused: 0, failed: 0 };
  const reasons = store
    .statement<{ state: number; reason: string; urls: number }>(
      `SELECT state, name AS reason, count(*) AS urls FROM urls JOIN reasons ON reasons.id = reason
       WHERE reason IS NOT NULL GROUP BY state, reason ORDER BY state, name`,
    )
    .all();
  const { pages, bytes, elapsed_ms } = crawlRow(store);
  return {
    hosts,
    urls: { ...urls, waiting: urls.waiting - urls.leased },
    reasons: reasons.map(({ state, reason, urls }) => ({ state: stateOf[state] ?? "waiting", reason, urls })),
    refusedLinks: store
      .statement<FrontierCounts["refusedLinks"][number]>("SELECT reason, links, example FROM refused_links")
      .all(),
    bytes,
    elapsedMs: elapsed_ms,
    spent: overBudget({ pages, bytes, timeMs: elapsed_ms }, budgets.crawl),
  };
}

interface HostRow extends StateSums {
  readonly id: number;
  readonly name: string;
  readonly next_ms: number;
  readonly blocked: string | null;
  readonly bytes: number;
  readonly spent_ms: number;
  readonly same_run: number;
}

/** See `Frontier.hosts`. Reads a page at a time: the frontier may be used in between. */
export function* hostStates(store: FrontierFile): Generator<HostState> {
  const page = store.statement<HostRow>(
    `SELECT hosts.id, name, next_ms, coalesce(blocked, over_budget) AS blocked, bytes, spent_ms, same_run,
       coalesce(url_count, 0) AS leased, ready + delayed AS waiting, done, refused, failed
     FROM hosts LEFT JOIN leases ON leases.host = hosts.id WHERE hosts.id > ? ORDER BY hosts.id LIMIT ${pageOfHosts}`,
  );
  for (let rows = page.all(0); rows.length > 0; rows = page.all(rows.at(-1)?.id)) {
    for (const { name, next_ms, blocked, bytes, spent_ms, same_run, waiting, leased, ...row } of rows) {
      yield {
        host: name,
        urls: { waiting: waiting - leased, leased, done: row.done, refused: row.refused, failed: row.failed },
        notBeforeMs: next_ms,
        blockedReason: blocked,
        bytes,
        spentMs: spent_ms,
        sameContentRun: same_run,
      };
    }
  }
}

/** See `Frontier.setHost`. */
export function changeHost(store: FrontierFile, name: string, change: HostChange): void {
  store.inTransaction(() => {
    const id = store.hostOf(name) ?? store.addHost(name);
    if (change.notBeforeMs !== undefined) {
      store.statement("UPDATE hosts SET next_ms = ? WHERE id = ?").run(Math.ceil(change.notBeforeMs), id);
    }
    if (change.blockedReason !== undefined) {
      store.statement("UPDATE hosts SET blocked = ? WHERE id = ?").run(change.blockedReason, id);
    }
    store.touch(id);
  });
}
