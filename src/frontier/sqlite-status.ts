import { overBudget, type CrawlBudgets } from "./budgets.ts";
import { crawlRow } from "./claim-turns.ts";
import type { FrontierCounts, HostChange, HostState, UrlState } from "./frontier.ts";
import { delayed, done, failed, ready, refused } from "./sqlite-schema.ts";
import type { FrontierStore } from "./sqlite-store.ts";

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
export function countsOf(store: FrontierStore, budgets: CrawlBudgets): FrontierCounts {
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
export function* hostStates(store: FrontierStore): Generator<HostState> {
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
export function changeHost(store: FrontierStore, name: string, change: HostChange): void {
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
