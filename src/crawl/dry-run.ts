import { productToken } from "../fetch/requester.ts";
import type { LocalFrontier } from "../frontier/frontier.ts";
import type { Address } from "../url/normalize.ts";
import type { Scope } from "../url/scope.ts";
import { refusalBy, tdmrepUrl } from "./ask-site-files.ts";
import { priorities } from "./discovered-urls.ts";
import { robotsKeeper } from "./robots/robots-keeper.ts";
import { tdmrepKeeper } from "./tdmrep-keeper.ts";

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

/** What a dry run is of. */
export interface DryRunOptions {
  readonly seeds: readonly Address[];
  readonly scope: Scope;
  /** Each host would be asked for its tdmrep.json too. */
  readonly siteFiles: boolean;
}

/** What a crawl would fetch next, and what it would not and why. Nothing is asked for, and the frontier stays as it is. */
export function dryRun(
  frontier: LocalFrontier,
  { seeds, scope, siteFiles }: DryRunOptions,
  nowMs: () => number,
): Prospect[] {
  const robots = robotsKeeper(frontier, productToken, nowMs);
  const tdmrep = siteFiles ? tdmrepKeeper(frontier, nowMs) : null;
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
        let isAsked = tdmrep?.known(host) !== null;
        for (const { url, rawUrl, depth } of urls) {
          const reason = scope(url, depth) ?? robotsReason(host, rawUrl);
          const fetch = isFetched(reason);
          // Before the first page of its host.
          if (fetch && !isAsked) {
            const refusal = robotsReason(host, tdmrepUrl(host));
            prospects.push({ url: tdmrepUrl(host), depth: 0, fetch: isFetched(refusal), reason: refusal });
            isAsked = true;
          }
          prospects.push({ url, depth, fetch, reason });
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
    return known === null ? "robots-unknown" : refusalBy(known.outcome, rawUrl.slice(host.length));
  }
}

function isFetched(reason: string | null): boolean {
  return reason === null || reason === "robots-unknown";
}
