import type { ConnectToRule } from "../fetch/connector.ts";
import type { ExchangeRequest, ExchangeResult } from "../fetch/result.ts";
import type { TargetRules } from "../fetch/address-rules.ts";
import type { Fields } from "../warc/record.ts";
import type { CrawlClock } from "./crawl-clock.ts";
import { exchanger, type Exchanger } from "../fetch/fetcher.ts";
import { exchangerDefaults, type ExchangeLimits } from "../fetch/limits.ts";
import type { Notes } from "../frontier/frontier.ts";
import type { HostPaces } from "./host-paces.ts";
import { paceDefaults, type PaceOptions } from "./politeness.ts";
import { robotsKeeper, type RobotsKeeper } from "../robots/cache.ts";
import type { Scope } from "../url/scope.ts";
import { discoveryPaths, type DiscoveryPaths } from "./discovery-path.ts";
import type { RefusedLinks } from "./refused-links.ts";
import { productToken, requestHeaders, type Requester } from "../fetch/requester.ts";

/** How often what is tried again, and when. */
export interface RetryOptions {
  /** Exchanges of one URL, the first included. */
  readonly attempts: number;
  /** Wait before the second; doubled for each further one. */
  readonly firstMs: number;
  /** Failures of a host in a row, by its pages or its robots.txt, before it is left alone until the next run. */
  readonly hostFailures: number;
}

const retryDefaults: RetryOptions = { attempts: 4, firstMs: 60_000, hostFailures: 6 };

/** How the turns of a crawl are done, in whatever process. */
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
  readonly paths: DiscoveryPaths;
  /** URLs whose path the turn has changed. */
  readonly pathsChanged: Set<string>;
  readonly signal: AbortSignal;
}

/** The same for all turns of a process. */
export type SharedContext = Omit<CrawlContext, "refused" | "pathsChanged">;

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
    paths: discoveryPaths(notes),
    signal,
  };
}

function targetsOf({ ports, allowPrivate = false }: CrawlSettings): TargetRules {
  return { ports, allowPrivate };
}
