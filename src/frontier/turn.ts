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

/** One host's turn: several of its URLs, to be fetched one after the other by the process that holds the lease. */
export interface Turn {
  /** `hostKeyOf` of its URLs. */
  readonly host: string;
  /** Never given twice. */
  readonly lease: number;
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
  /** Of the capture that holds the payload. Milliseconds since 1970-01-01 UTC. */
  readonly capturedAt: number;
  readonly recordId: string;
  /** Of the last visit, which may have found the page unchanged. Milliseconds since 1970-01-01 UTC. */
  readonly visitedAt: number;
  /** HTTP status; `null` when an earlier release noted the visit. */
  readonly status: number | null;
  /** What was reserved at the last visit, in the crawler's own notation; `null` when an earlier release noted it. */
  readonly optOuts: string | null;
}

/** What a visit found of a page: `new` when it was never visited before; `gone` since then, or changed in any other way. */
export const pageChanges = ["new", "changed", "unchanged", "gone"] as const;
export type PageChange = (typeof pageChanges)[number];

/** The outcome of one URL of a turn. `reason` is a stable name, never words for people. */
export type UrlOutcome =
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
      /** Left out for what is no page: a first visit that found none. */
      readonly change?: PageChange;
      /** It reserves something that it did not reserve at the visit before. */
      readonly optedOut?: boolean;
    }
  | { readonly kind: "retry"; readonly notBeforeMs: number; readonly reason: string }
  | { readonly kind: "refused" | "failed"; readonly reason: string };

/** What a turn asked for beside its URLs, such as robots.txt; it counts against the budgets of bytes and time. */
export interface Beside {
  /** Over the wire. */
  readonly bytes: number;
  /** Of the exchanges. */
  readonly spentMs: number;
}

/** What a turn did, for the frontier to write down. */
export interface TurnResult {
  readonly turn: Turn;
  /** By `TurnUrl.id`; URLs that have none go back to the queue. */
  readonly outcomes: ReadonlyMap<number, UrlOutcome>;
  readonly found: Iterable<FoundUrl>;
  /** When the host may have its next turn. */
  readonly notBeforeMs: number;
  readonly beside?: Beside;
}

/** Links that never become URLs: how often one was met, and the first of them. */
export interface RefusedCount {
  readonly links: number;
  readonly example: string;
}
