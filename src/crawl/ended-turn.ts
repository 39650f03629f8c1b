import { backoffMs } from "../async/retry.ts";
import type { RetryOptions } from "./crawl-context.ts";
import { turnWithoutEnds } from "./crawl-loop.ts";
import type { Turn, UrlOutcome } from "../frontier/turn.ts";
import type { EndedTurn } from "./host-turn.ts";

/** A turn that could not be done: each of its URLs is tried again later, or has been tried often enough. */
export function failedTurn(turn: Turn, reason: string, retry: RetryOptions, nowMs: number): EndedTurn {
  const outcomes = turn.urls.map(({ id, attempts }): [number, UrlOutcome] => {
    if (attempts + 1 >= retry.attempts) return [id, { kind: "failed", reason }];
    return [id, { kind: "retry", notBeforeMs: nowMs + backoffMs(attempts + 1, retry), reason }];
  });
  return { ...turnWithoutEnds(turn, nowMs), outcomes: new Map(outcomes) };
}
