import type { TrapLimits } from "../url/traps.ts";
import { addUrls } from "./add-urls.ts";
import { validatorsRowOf } from "./claim-turns.ts";
import { overBudget, type Budgets, type CrawlBudgets } from "./frontier.ts";
import type { FrontierFile } from "./sqlite-file.ts";
import { delayed, done, failed, refused } from "./sqlite-schema.ts";
import type { TurnResult, UrlOutcome } from "./turn.ts";

/** What a turn changes of its host. */
interface HostTally {
  ready: number;
  delayed: number;
  done: number;
  refused: number;
  failed: number;
  pages: number;
  bytes: number;
  spentMs: number;
  textDigest: string | null;
  sameRun: number;
}

/** See `Frontier.ack`. */
export function endTurn(
  store: FrontierFile,
  { turn, outcomes, found, notBeforeMs, beside }: TurnResult,
  { budgets, traps }: { readonly budgets: CrawlBudgets; readonly traps: TrapLimits },
): boolean {
  return store.inTransaction(() => {
    const host = freeHost(store, turn.lease);
    if (host === null) return false;
    const tally = tallyOf(host);
    tally.bytes += beside?.bytes ?? 0;
    tally.spentMs += beside?.spentMs ?? 0;
    for (const { id } of turn.urls) {
      const outcome = outcomes.get(id);
      if (outcome !== undefined) endUrl(store, id, outcome, tally);
    }
    saveHost(store, { id: host.id, notBeforeMs, tally }, budgets.host);
    store
      .statement("UPDATE crawl SET pages = pages + ?, bytes = bytes + ?")
      .run(tally.pages - host.pages, tally.bytes - host.bytes);
    addUrls(store, found, traps, tally.sameRun > traps.sameContentRun ? turn.host : null);
    return true;
  });
}

/** See `Frontier.recover`. */
export function recoverTurns(store: FrontierFile, nowMs: number, hostNotBeforeMs: number): number {
  return store.inTransaction(() => {
    const dead = store
      .statement<{ id: number; host: number; urls: string }>("SELECT id, host, urls FROM leases WHERE until_ms <= ?")
      .all(nowMs);
    const count = store.statement(
      "UPDATE urls SET attempts = attempts + 1 WHERE id IN (SELECT value FROM json_each(?))",
    );
    const wait = store.statement("UPDATE hosts SET next_ms = max(next_ms, ?) WHERE id = ?");
    for (const { id, host, urls } of dead) {
      count.run(urls);
      freeHost(store, id);
      wait.run(hostNotBeforeMs, host);
    }
    return dead.length;
  });
}

interface FreedHost extends Omit<HostTally, "spentMs" | "textDigest" | "sameRun"> {
  readonly id: number;
  readonly spent_ms: number;
  readonly text_digest: string | null;
  readonly same_run: number;
}

/** The host whose lease it was, now free; `null` when the lease is no more. */
function freeHost(store: FrontierFile, lease: number): FreedHost | null {
  const row = store.statement<{ host: number }>("DELETE FROM leases WHERE id = ? RETURNING host").get(lease);
  if (row === undefined) return null;
  store.statement("UPDATE hosts SET lease = 0 WHERE id = ?").run(row.host);
  store.touch(row.host);
  const host = store
    .statement<FreedHost>(
      `SELECT id, ready, delayed, done, refused, failed, pages, bytes, spent_ms, text_digest, same_run
       FROM hosts WHERE id = ?`,
    )
    .get(row.host);
  return host ?? null;
}

function tallyOf({ spent_ms, text_digest, same_run, ...counts }: FreedHost): HostTally {
  return { ...counts, spentMs: spent_ms, textDigest: text_digest, sameRun: same_run };
}

function endUrl(store: FrontierFile, id: number, outcome: UrlOutcome, tally: HostTally): void {
  tally.ready -= 1;
  if (outcome.kind === "done") {
    store.statement(`UPDATE urls SET state = ${done} WHERE id = ?`).run(id);
    tally.done += 1;
    tally.pages += 1;
    tally.bytes += outcome.bytes ?? 0;
    tally.spentMs += outcome.spentMs ?? 0;
    if (outcome.textDigest !== undefined) {
      tally.sameRun = outcome.textDigest === tally.textDigest ? tally.sameRun + 1 : 1;
      tally.textDigest = outcome.textDigest;
    }
    if (outcome.validators === null) return;
    store
      .statement(
        `INSERT OR REPLACE INTO validators (url, etag, last_modified, payload_digest, captured_at, record_id, visited_at,
           status, opt_outs)
         VALUES (?, @etag, @last_modified, @payload_digest, @captured_at, @record_id, @visited_at, @status, @opt_outs)`,
      )
      .run(id, validatorsRowOf(outcome.validators));
    return;
  }
  const reason = store.reasonOf(outcome.reason);
  if (outcome.kind === "retry") {
    store
      .statement(`UPDATE urls SET state = ${delayed}, due_ms = ?, reason = ?, attempts = attempts + 1 WHERE id = ?`)
      .run(Math.ceil(outcome.notBeforeMs), reason, id);
    tally.delayed += 1;
    return;
  }
  const state = outcome.kind === "refused" ? refused : failed;
  store.statement("UPDATE urls SET state = ?, reason = ? WHERE id = ?").run(state, reason, id);
  tally[outcome.kind] += 1;
}

/** A host as its turn leaves it. */
interface LeftHost {
  readonly id: number;
  readonly notBeforeMs: number;
  readonly tally: HostTally;
}

function saveHost(store: FrontierFile, { id, notBeforeMs, tally }: LeftHost, budgets: Budgets): void {
  const spent = { pages: tally.pages, bytes: tally.bytes, timeMs: tally.spentMs };
  store
    .statement(
      `UPDATE hosts SET next_ms = max(next_ms, @notBeforeMs), ready = @ready, delayed = @delayed, done = @done,
         refused = @refused, failed = @failed, pages = @pages, bytes = @bytes, spent_ms = @spentMs,
         text_digest = @textDigest, same_run = @sameRun, over_budget = @over WHERE id = @id`,
    )
    .run({
      ...tally,
      spentMs: Math.round(tally.spentMs),
      notBeforeMs: Math.ceil(notBeforeMs),
      over: overBudget(spent, budgets),
      id,
    });
}
