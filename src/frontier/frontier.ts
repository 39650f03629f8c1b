/** An address that a seed list, page, header, sitemap or feed gave. */
export interface FoundUrl {
  /** Normal form (`normalUrlOf`): what it is known by. */
  readonly url: string;
  /** As found, resolved: what will be asked for. */
  readonly rawUrl: string;
  /** Links from a seed; 0 for the seed itself. */
  readonly depth: number;
  /** Higher first among the URLs of a host; those of one priority in the order of their finding. */
  readonly priority: number;
  readonly via: "seed" | "link" | "redirect" | "sitemap" | "feed";
}

/** What came of adding URLs; the three make up all that were given. */
export interface AddCounts {
  readonly added: number;
  /** Were there already, in whatever state. */
  readonly known: number;
  /** Were refused as traps; see `counts().refusedLinks`. */
  readonly refused: number;
}

/** One host's turn: several of its URLs, to be fetched one after the other by whoever holds the lease. */
export interface Turn {
  /** `hostKeyOf` of its URLs. */
  readonly host: string;
  /** Never given twice. */
  readonly lease: number;
  /** As `setHost` left it, `null` when it was never set. */
  readonly delayMs: number | null;
  readonly urls: readonly TurnUrl[];
}

export interface TurnUrl {
  readonly id: number;
  readonly url: string;
  readonly rawUrl: string;
  readonly depth: number;
  /** Retries asked for, and turns whose worker died, so far. */
  readonly attempts: number;
  readonly validators: Validators | null;
}

/** What a later visit needs to ask "has it changed?" and to point back to the capture if it has not. */
export interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly payloadDigest: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly capturedAt: number;
  readonly recordId: string;
}

/** Something that a caller wrote down under a name; `null` takes it away. */
export type Note = readonly [name: string, value: string | null];

export interface Notes {
  /** What was written down under a name, `null` when nothing. */
  note(name: string): string | null;
}

/** Links that never became URLs, each time one was met; with the first of them. */
export interface RefusedCount {
  readonly links: number;
  readonly example: string;
}

/** How a URL of a turn ended. `reason` is a stable name, never words for people. */
export type UrlEnd =
  | {
      readonly kind: "done";
      readonly status: number;
      /** `null` leaves those of an earlier visit as they are. */
      readonly validators: Validators | null;
      /** Bytes that came over the wire, against the budgets. */
      readonly bytes?: number;
      /** How long the exchange took, against the host's budget. */
      readonly spentMs?: number;
      /** Digest of what the page says; equal ones in a row are the mark of a trap. Left out: says nothing. */
      readonly textDigest?: string;
    }
  | { readonly kind: "retry"; readonly notBeforeMs: number; readonly reason: string }
  | { readonly kind: "refused" | "failed"; readonly reason: string };

/** Bounds of a crawl; what is left out is unbounded. Raised ones are obeyed from the next opening on. */
export interface Budgets {
  /** URLs that ended `done`. */
  readonly pages?: number;
  readonly bytes?: number;
  /** Of a crawl: time between claims, pauses over a minute not counted. Of a host: sum of its exchanges. */
  readonly timeMs?: number;
}
export type BudgetReason = "budget-pages" | "budget-bytes" | "budget-time";

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
  readonly delayMs: number | null;
  /** Why it gets no turns: `setHost`'s word, or the host's budget that is used up. */
  readonly blockedReason: string | null;
  readonly bytes: number;
  readonly spentMs: number;
  /** Pages in a row that said the same. */
  readonly sameContentRun: number;
}

/** What to change of a host; what is left out stays. */
export interface HostChange {
  readonly delayMs?: number | null;
  readonly notBeforeMs?: number;
  /** No turns until it is `null` again. */
  readonly blockedReason?: string | null;
}

/**
 * All URLs that are known, what came of each, and which host is due when. Each call is one atomic change that is on disk
 * when it returns. A host is in at most one turn at a time. All times are milliseconds since 1970-01-01 UTC, given by the
 * caller: a frontier reads no clock.
 */
export interface Frontier extends Notes {
  /** A shorter way to a URL that is known lessens its depth. Long lists are several changes; adding again does nothing. */
  add(found: Iterable<FoundUrl>): AddCounts;
  /**
   * Turns of hosts that are due, the longest due first; empty when none is, or a budget of the crawl is used up. A promise
   * where what is due is kept elsewhere; then it may also be empty because that cannot be reached.
   */
  claim(nowMs: number, limits: ClaimLimits): Turn[] | Promise<Turn[]>;
  /**
   * Ends a turn: the outcomes, what was found, and when the host may have its next. URLs of the turn without an end go
   * back to the queue.
   * @returns false when the lease had been recovered: then nothing was changed
   */
  ack(turn: Turn, ends: ReadonlyMap<number, UrlEnd>, found: Iterable<FoundUrl>, hostNotBeforeMs: number): boolean;
  /** Gives a turn back as if it had never been claimed. */
  release(turn: Turn): void;
  /**
   * Ends turns whose lease ran out by then; their URLs go back, with one more attempt counted. Whoever knows that no other
   * worker lives passes `Infinity`. Their hosts were last spoken to nobody knows when: none gets a turn before
   * `hostNotBeforeMs`.
   * @returns how many turns
   */
  recover(nowMs: number, hostNotBeforeMs: number): number;
  /** Puts pages back into the queue that were last captured before then; budgets count anew. @returns how many */
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
   * Makes the changes that `work` makes one: all of them are on disk when it returns, or none when it throws. What turns
   * of many hosts cost the disk is then paid once. A claim that ends it may give a promise, and is made afterwards then.
   */
  together<T>(work: () => T): T;
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
  /** @param hosts no others get a turn, and they get theirs in this order */
  claim(nowMs: number, limits: ClaimLimits, hosts?: readonly string[]): Turn[];
  /** Those due first. */
  firstDue(hosts: number): HostDue[];
  /** Hosts that are due at another time than when this was last asked; `null` when it may be any, or very many. */
  changedDue(nowMs: number): HostDue[] | null;
}
