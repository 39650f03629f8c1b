import { backoffMs } from "../async/retry.ts";
import type { RetryOptions } from "./crawl-settings.ts";
import type { Note } from "../frontier/frontier.ts";
import type { FoundUrl, RefusedCount, Turn, TurnResult, UrlOutcome } from "../frontier/turn.ts";

/** A turn that is over: all that must reach the disk before its URLs count as ended. */
export interface EndedTurn extends TurnResult {
  readonly found: readonly FoundUrl[];
  /** Archived exchanges, as gzip members. */
  readonly pieces: readonly Buffer[];
  /** Why the host gets no more turns in this run. */
  readonly blockedReason: string | null;
  /** Links that never became URLs, by reason. */
  readonly refused: ReadonlyMap<string, RefusedCount>;
  /** What is to be written down of the host. */
  readonly notes: readonly Note[];
  /** Address the host was last seen at. */
  readonly ip: string | null;
}

/** A turn in which nothing was done: all its URLs go back. */
export function undoneTurn(turn: Turn, notBeforeMs: number): EndedTurn {
  const nothing = { outcomes: new Map(), found: [], pieces: [], refused: new Map(), notes: [], ip: null };
  return { turn, ...nothing, notBeforeMs, blockedReason: null };
}

/** A turn that could not be done: each of its URLs is tried again later, or has been tried often enough. */
export function failedTurn(turn: Turn, reason: string, retry: RetryOptions, nowMs: number): EndedTurn {
  const outcomes = turn.urls.map(({ id, attempts }): [number, UrlOutcome] => {
    if (attempts + 1 >= retry.attempts) return [id, { kind: "failed", reason }];
    return [id, { kind: "retry", notBeforeMs: nowMs + backoffMs(attempts + 1, retry), reason }];
  });
  return { ...undoneTurn(turn, nowMs), outcomes: new Map(outcomes) };
}
