import type { Fields } from "../warc/record.ts";
import type { CrawlClock } from "./crawl-clock.ts";
import type { RefusedCount } from "../frontier/turn.ts";
import type { ExchangeRequest, ExchangeResult } from "../fetch/result.ts";
import type { HostPaces } from "./host-paces.ts";
import type { RobotsKeeper } from "../robots/cache.ts";
import type { Scope } from "../url/scope.ts";
import type { TargetRules } from "../fetch/target-rules.ts";
import type { UrlWays } from "./discovery-path.ts";

/** How often what is tried again, and when. */
export interface RetryOptions {
  /** Exchanges of one URL, the first included. */
  readonly attempts: number;
  /** Wait before the second; doubled for each further one. */
  readonly firstMs: number;
  /** Failures of a host in a row, by its pages or its robots.txt, before it is left alone until the next run. */
  readonly hostFailures: number;
}

export const retryDefaults: RetryOptions = { attempts: 4, firstMs: 60_000, hostFailures: 6 };

/** All that visiting a URL needs. */
export interface CrawlContext {
  readonly clock: CrawlClock;
  /** One exchange with a host, when its pace allows; one at a time for each host. */
  readonly ask: (host: string, request: ExchangeRequest) => Promise<ExchangeResult>;
  readonly paces: HostPaces;
  readonly robots: RobotsKeeper;
  readonly scope: Scope;
  readonly followNofollow: boolean;
  readonly followSitemaps: boolean;
  /** Sent with every request, `User-Agent` among them. */
  readonly headers: Fields;
  /** Lower case; what robots.txt and meta elements call the crawler. */
  readonly productToken: string;
  readonly targets: TargetRules;
  readonly retry: RetryOptions;
  readonly refused: RefusedLinks;
  readonly ways: UrlWays;
  /** URLs whose way the turn has changed. */
  readonly waysChanged: Set<string>;
  readonly signal: AbortSignal;
}

/** The same for all turns of a process. */
export type SharedContext = Omit<CrawlContext, "refused" | "waysChanged">;

/** Links that never become URLs, counted over a turn. */
export interface RefusedLinks {
  readonly note: (reason: string, url: string) => void;
  /** Gives what was counted and starts again from nothing. */
  readonly take: () => ReadonlyMap<string, RefusedCount>;
}

export function refusedLinks(): RefusedLinks {
  let counts = new Map<string, { links: number; readonly example: string }>();
  return {
    note(reason, url) {
      const known = counts.get(reason);
      if (known === undefined) counts.set(reason, { links: 1, example: url });
      else known.links += 1;
    },
    take() {
      const taken = counts;
      counts = new Map();
      return taken;
    },
  };
}
