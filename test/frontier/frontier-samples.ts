import assert from "node:assert/strict";
import { test } from "node:test";

import type { Frontier } from "../../src/frontier/frontier.ts";
import type { FrontierOptions } from "../../src/frontier/sqlite-frontier.ts";
import type { FoundUrl, Turn, UrlOutcome } from "../../src/frontier/turn.ts";

/** A place where a frontier is kept: opening it again finds what was there. */
export interface FrontierPlace {
  readonly open: (options?: FrontierOptions) => Frontier;
  readonly remove: () => void;
}

export type FrontierWork = (frontier: Frontier, at: FrontierPlace) => void | Promise<void>;

/** Registers a test that works on a new frontier. */
export function frontierCheck(
  place: () => FrontierPlace,
): (title: string, work: FrontierWork, options?: FrontierOptions) => void {
  return (title, work, options = {}) => {
    void test(title, async () => {
      const at = place();
      try {
        const frontier = at.open(options);
        try {
          await work(frontier, at);
        } finally {
          frontier.close();
        }
      } finally {
        at.remove();
      }
    });
  };
}

export function found(url: string, more: Partial<FoundUrl> = {}): FoundUrl {
  return { url, rawUrl: url, depth: 0, priority: 0, via: "link", ...more };
}

export const pages = (count: number, host = "http://a.example"): FoundUrl[] =>
  Array.from({ length: count }, (_, index) => found(`${host}/page-${String.fromCharCode(97 + index)}`));

export const wide = { turns: 100, urlsPerTurn: 100, leaseMs: 1000 };
export const done = { kind: "done", status: 200, validators: null } as const;

export const addressesOf = (turns: readonly Turn[]): string[] =>
  turns.flatMap(({ urls }) => urls.map(({ url }) => url));

/** Ends every URL of the turn alike. */
export function endAll(
  frontier: Frontier,
  turn: Turn,
  outcome: UrlOutcome,
  links: readonly FoundUrl[] = [],
  notBeforeMs = 0,
): boolean {
  const outcomes = new Map(turn.urls.map(({ id }) => [id, outcome]));
  return frontier.ack({ turn, outcomes, found: links, notBeforeMs });
}

export async function onlyTurn(frontier: Frontier, nowMs = 0, limits = wide): Promise<Turn> {
  const turns = await frontier.claim(nowMs, limits);
  assert.equal(turns.length, 1);
  return turns[0] ?? assert.fail();
}
