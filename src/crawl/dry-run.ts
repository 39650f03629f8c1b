import { productToken } from "../fetch/requester.ts";
import type { LocalFrontier } from "../frontier/frontier.ts";
import { robotsVerdict } from "../robots/verdict.ts";
import type { Address } from "../url/normalize.ts";
import type { Scope } from "../url/scope.ts";
import { priorities } from "./discovered-urls.ts";
import { robotsKeeper } from "./robots/robots-keeper.ts";

/** One URL that waits, and what a crawl would do with it now. */
export interface Prospect {
  readonly url: string;
  readonly depth: number;
  readonly fetch: boolean;
  /** `robots-unknown`: robots.txt would be asked for first. */
  readonly reason: string | null;
}

/** The last moment that there is a `Date` for. */
const endOfTime = 8.64e15;
const hostsLooked = 1000;
const urlsOfHost = 100;

/** What a crawl would fetch next, and what it would not and why. Nothing is asked for, and the frontier stays as it is. */
export function dryRun(
  frontier: LocalFrontier,
  seeds: readonly Address[],
  scope: Scope,
  nowMs: () => number,
): Prospect[] {
  const robots = robotsKeeper(frontier, productToken, nowMs);
  const prospects: Prospect[] = [];
  const undone = new Error("a dry run changes nothing");
  try {
    frontier.together(() => {
      frontier.add(
        seeds.map(({ url, rawUrl }) => ({ url, rawUrl, depth: 0, priority: priorities.seed, via: "seed" as const })),
      );
      // Hosts that must be left alone for now would get their turn later.
      const turns = frontier.claimNow(endOfTime, { turns: hostsLooked, urlsPerTurn: urlsOfHost, leaseMs: 0 });
      for (const { host, urls } of turns) {
        for (const { url, rawUrl, depth } of urls) {
          const reason = scope(url, depth) ?? robotsReason(host, rawUrl);
          const isFetched = reason === null || reason === "robots-unknown";
          prospects.push({ url, depth, fetch: isFetched, reason });
        }
      }
      throw undone;
    });
  } catch (error) {
    if (error !== undone) throw error;
  }
  return prospects;

  function robotsReason(host: string, rawUrl: string): string | null {
    const known = robots.known(host);
    if (known === null) return "robots-unknown";
    const { outcome } = known;
    if (outcome.kind === "allow-all") return null;
    if (outcome.kind !== "rules") return `robots-${outcome.reason}`;
    return robotsVerdict(outcome.rules, rawUrl.slice(host.length)).allowed ? null : "robots-disallowed";
  }
}
