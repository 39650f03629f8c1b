import { PipelineError } from "../core/errors.ts";
import { parsed, type Shape } from "../core/json-shape.ts";
import type { FoundUrl, RefusedCount, Turn, TurnResult } from "./turn.ts";

/** Bounds of a crawl; what is left out is unbounded. Raised ones are obeyed from the next opening on. */
export interface Budgets {
  /** URLs that ended `done`. */
  readonly pages?: number;
  readonly bytes?: number;
  /** Of a crawl: time between claims, pauses over a minute not counted. Of a host: sum of its exchanges. */
  readonly timeMs?: number;
}

export type BudgetReason = "budget-pages" | "budget-bytes" | "budget-time";

/** Budgets of the whole crawl, and of each of its hosts. */
export interface CrawlBudgets {
  readonly crawl: Budgets;
  readonly host: Budgets;
}

/** What counts against budgets. */
export interface Spent {
  readonly pages: number;
  readonly bytes: number;
  readonly timeMs: number;
}

/** The first budget that is used up, `null` while none is. */
export function overBudget(spent: Spent, budgets: Budgets): BudgetReason | null {
  if (spent.pages >= (budgets.pages ?? Infinity)) return "budget-pages";
  if (spent.bytes >= (budgets.bytes ?? Infinity)) return "budget-bytes";
  return spent.timeMs >= (budgets.timeMs ?? Infinity) ? "budget-time" : null;
}

/** Result of adding URLs; the three make up all that were given. */
export interface AddCounts {
  readonly added: number;
  /** Were there already, in whatever state. */
  readonly known: number;
  /** Were refused as traps; see `counts().refusedLinks`. */
  readonly refused: number;
}

/** Something that a caller wrote down under a name; `null` takes it away. */
export type Note = readonly [name: string, value: string | null];

export interface Notes {
  /** What was written down under a name, `null` when nothing. */
  note(name: string): string | null;
}

export interface ClaimLimits {
  readonly turns: number;
  readonly urlsPerTurn: number;
  readonly leaseMs: number;
}

export const urlStates = ["waiting", "leased", "done", "refused", "failed"] as const;
export type UrlState = (typeof urlStates)[number];

export interface FrontierCounts {
  readonly hosts: number;
  readonly urls: Readonly<Record<UrlState, number>>;
  /** Of URLs that wait for a retry, were refused or failed. */
  readonly reasons: readonly { readonly state: UrlState; readonly reason: string; readonly urls: number }[];
  readonly refusedLinks: readonly (RefusedCount & { readonly reason: string })[];
  readonly bytes: number;
  readonly elapsedMs: number;
  /** The budget of the whole crawl that is used up, `null` while none is. */
  readonly spent: BudgetReason | null;
}

export interface HostState {
  readonly host: string;
  readonly urls: Readonly<Record<UrlState, number>>;
  readonly notBeforeMs: number;
  /** Why it gets no turns: `setHost`'s word, or the host's budget that is used up. */
  readonly blockedReason: string | null;
  readonly bytes: number;
  readonly spentMs: number;
  /** Pages in a row that said the same. */
  readonly sameContentRun: number;
}

/** What to change of a host; what is left out stays. */
export interface HostChange {
  readonly notBeforeMs?: number;
  /** No turns until it is `null` again. */
  readonly blockedReason?: string | null;
}

/**
 * All URLs that are known, the outcome of each, and which host is due when. Each call is one atomic change that is on disk
 * when it returns. A host is in at most one turn at a time. All times are milliseconds since 1970-01-01 UTC, given by the
 * caller: a frontier reads no clock.
 */
export interface Frontier extends Notes {
  /** A shorter way to a URL that is known lessens its depth. Long lists are several changes; adding again does nothing. */
  add(found: Iterable<FoundUrl>): AddCounts;
  /**
   * Turns of hosts that are due, the longest due first. Empty when none is, when a budget of the crawl is used up, or when
   * what is due is kept elsewhere and that cannot be reached.
   * @param changes are made before, as by `together`; where the claim is made on this disk too, it pays once for both
   */
  claim(nowMs: number, limits: ClaimLimits, changes?: () => void): Promise<Turn[]>;
  /**
   * Ends a turn.
   * @returns false when the lease had been recovered: then nothing was changed
   */
  ack(result: TurnResult): boolean;
  /**
   * Ends turns whose lease ran out by then; their URLs go back, with one more attempt counted. A caller that knows that no
   * other worker lives passes `Infinity`. Nobody knows when their hosts were last spoken to: none gets a turn before
   * `hostNotBeforeMs`.
   * @returns how many turns
   */
  recover(nowMs: number, hostNotBeforeMs: number): number;
  /**
   * Puts pages back into the queue that were last visited before then, and those that were never visited because they
   * failed or were refused; budgets start from zero. @returns how many of the former
   */
  recrawl(beforeMs: number): number;
  /** Counts links that the caller refused, by reason (scope, nofollow, ...). */
  refuse(refused: ReadonlyMap<string, RefusedCount>): void;
  counts(): FrontierCounts;
  /** When the next host that may have a turn is due, which may be past; `null` when nothing waits. */
  nextDueMs(): number | null;
  /** In order of their first finding. */
  hosts(): Iterable<HostState>;
  /** A host that is not known yet becomes so. */
  setHost(host: string, change: HostChange): void;
  /**
   * Makes the changes that `changes` makes one: all of them are on disk when it returns, or none when it throws. The disk is
   * then synced once for turns of many hosts.
   */
  together(changes: () => void): void;
  /** Writes something down beside the URLs; `null` takes it away. */
  setNote(name: string, value: string | null): void;
  close(): void;
}

/** When a host may have its next turn; `null` for a host that may have none for now. */
export interface HostDue {
  readonly host: string;
  readonly dueMs: number | null;
}

/** A frontier on this machine: the truth, of which others may keep a window. */
export interface LocalFrontier extends Frontier {
  /**
   * Claims at once, so that it may be among the changes of `together`.
   * @param hosts no others get a turn, and they get theirs in this order
   */
  claimNow(nowMs: number, limits: ClaimLimits, hosts?: readonly string[]): Turn[];
  /** Those due first. */
  firstDue(hosts: number): HostDue[];
  /** Hosts that are due at another time than when this was last asked; `null` when it may be any, or very many. */
  changedDue(nowMs: number): HostDue[] | null;
}

/**
 * A note that was written as JSON; `null` when there is none.
 * @throws {PipelineError} `ledger-broken` when it has another shape
 */
export function readNote<T>(notes: Notes, name: string, shape: Shape<T>): T | null {
  const json = notes.note(name);
  if (json === null) return null;
  return parsed(shape, json, (why) => {
    const advice = "the archives are whole without it: move the frontier away and crawl on from the seeds";
    return new PipelineError("ledger-broken", `the frontier's note "${name}" is broken: ${why}; ${advice}`, { name });
  });
}
