import { existsSync } from "node:fs";

import type { FrontierCounts, HostState } from "../frontier/frontier.ts";
import { openFrontier } from "../frontier/sqlite-frontier.ts";
import { frontierPath, type Corpus } from "./corpus.ts";

export interface CrawlStatus extends FrontierCounts {
  /** When the next host is due, milliseconds since 1970-01-01 UTC; `null` when nothing waits. */
  readonly nextDueMs: number | null;
  /** Those with the most URLs waiting. */
  readonly busiest: readonly HostState[];
  /** Hosts that get no turns for now, by reason. */
  readonly blocked: Readonly<Record<string, number>>;
}

const hostsShown = 10;

/** How far the crawl of a corpus has come; `null` when there is none. Reads beside a running crawl. */
export function crawlStatus(corpus: Corpus): CrawlStatus | null {
  const path = frontierPath(corpus);
  if (!existsSync(path)) return null;
  using frontier = openFrontier(path, { mode: "read" });
  const blocked: Record<string, number> = {};
  let busiest: HostState[] = [];
  for (const host of frontier.hosts()) {
    const { blockedReason, urls } = host;
    if (blockedReason !== null) blocked[blockedReason] = (blocked[blockedReason] ?? 0) + 1;
    if (urls.waiting + urls.leased === 0) continue;
    busiest.push(host);
    if (busiest.length > 10 * hostsShown) busiest = mostWaiting(busiest);
  }
  return { ...frontier.counts(), nextDueMs: frontier.nextDueMs(), busiest: mostWaiting(busiest), blocked };
}

function mostWaiting(hosts: readonly HostState[]): HostState[] {
  return hosts.toSorted((a, b) => b.urls.waiting - a.urls.waiting).slice(0, hostsShown);
}
