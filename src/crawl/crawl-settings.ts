import type { ConnectToRule } from "../fetch/connect-to.ts";
import type { CrawlClock } from "./crawl-clock.ts";
import { retryDefaults, type CrawlContext, type RetryOptions, type SharedContext } from "./crawl-context.ts";
import { exchanger, type Exchanger } from "../fetch/fetcher.ts";
import { exchangerDefaults, type ExchangeLimits } from "../fetch/limits.ts";
import type { Notes } from "../frontier/frontier.ts";
import type { HostPaces } from "./host-paces.ts";
import { paceDefaults, type PaceOptions } from "./politeness.ts";
import { robotsKeeper } from "../robots/cache.ts";
import type { Scope } from "../url/scope.ts";
import { urlWays } from "./discovery-path.ts";
import { productToken, requestHeaders, type Requester } from "../fetch/requester.ts";

/** How the turns of a crawl are done, whoever does them. */
export interface CrawlSettings {
  readonly requester: Requester;
  readonly scope: Scope;
  /** Beside 80 and 443: those that the seeds name were meant. */
  readonly ports: readonly number[];
  readonly pace?: Partial<PaceOptions>;
  readonly retry?: Partial<RetryOptions>;
  readonly limits?: Partial<ExchangeLimits>;
  readonly connectTo?: readonly ConnectToRule[];
  readonly allowPrivate?: boolean;
  /** Trusted instead of the system's, PEM. */
  readonly certificateAuthority?: string | null;
  readonly followNofollow?: boolean;
  readonly followSitemaps?: boolean;
}

/** What doing turns needs beside the settings. */
export interface CrawlParts {
  readonly clock: CrawlClock;
  readonly ask: CrawlContext["ask"];
  readonly paces: HostPaces;
  readonly notes: Notes;
  readonly signal: AbortSignal;
}

/** One way to the web, with the bounds and the rules of the settings. */
export function webOf(settings: CrawlSettings): Exchanger {
  return exchanger({
    ...exchangerDefaults,
    ...targetsOf(settings),
    connectTo: settings.connectTo ?? [],
    certificateAuthority: settings.certificateAuthority ?? null,
    limits: { ...exchangerDefaults.limits, ...settings.limits },
  });
}

export function paceOf(settings: CrawlSettings): PaceOptions {
  return { ...paceDefaults, ...settings.pace };
}

export function retryOf(settings: CrawlSettings): RetryOptions {
  return { ...retryDefaults, ...settings.retry };
}

/** @throws {PipelineError} `usage` when the requester's contact is neither mail nor page */
export function contextOf(settings: CrawlSettings, { clock, ask, paces, notes, signal }: CrawlParts): SharedContext {
  return {
    clock,
    ask,
    paces,
    robots: robotsKeeper(notes, productToken, clock.nowMs),
    scope: settings.scope,
    followNofollow: settings.followNofollow ?? false,
    followSitemaps: settings.followSitemaps ?? true,
    headers: requestHeaders(settings.requester),
    productToken,
    targets: targetsOf(settings),
    retry: retryOf(settings),
    ways: urlWays(notes),
    signal,
  };
}

function targetsOf({ ports, allowPrivate = false }: CrawlSettings): CrawlContext["targets"] {
  return { ports, allowPrivate };
}
