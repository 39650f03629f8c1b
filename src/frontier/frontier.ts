import type { BudgetReason } from "./budgets.ts";
import type { FoundUrl, RefusedCount, Turn, TurnResult } from "./turn.ts";

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
  /** Puts pages back into the queue that were last captured before then; budgets start from zero. @returns how many */
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
