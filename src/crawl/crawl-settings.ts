import { LRUCache } from "lru-cache";

import { count, listOf, object, text, type Shape } from "../core/json-shape.ts";
import type { TargetRules } from "../fetch/address-rules.ts";
import type { ConnectToRule } from "../fetch/connector.ts";
import { exchanger, type Exchanger } from "../fetch/exchange.ts";
import { exchangerDefaults, type ExchangeLimits } from "../fetch/limits.ts";
import { productToken, requestHeaders, type Requester } from "../fetch/requester.ts";
import { type Notes, type Note, readNote } from "../frontier/frontier.ts";
import type { RefusedCount } from "../frontier/turn.ts";
import { scopeOf, type Scope, type ScopeOptions } from "../url/scope.ts";
import type { Fields } from "../warc/record.ts";
import type { CrawlClock, HostPaces, PacedFetch } from "./host-paces.ts";
import type { RefusedSignals } from "./opt-outs.ts";
import { paceDefaults, type PaceOptions } from "./politeness.ts";
import { robotsKeeper, type RobotsKeeper } from "./robots/robots-keeper.ts";
import { siteSignals, type SiteSignals } from "./site-signals.ts";
import { tdmrepKeeper, type TdmrepKeeper } from "./tdmrep-keeper.ts";

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
  /** Ask each host for its tdmrep.json too; yes, if left out. */
  readonly siteFiles?: boolean;
  /** Which reservations make a page one that has opted out; none, if left out. */
  readonly refusedSignals?: RefusedSignals;
}

/** Settings as JSON holds them. */
type PlainSettings = Omit<CrawlSettings, "scope"> & { readonly scope: ScopeOptions };

/** @throws {PipelineError} `usage` when the scope or a pattern cannot be read */
export function settingsOf({ scope, ...rest }: PlainSettings): CrawlSettings {
  return { ...rest, scope: scopeOf(scope) };
}

/** All that visiting a URL needs. */
export interface CrawlContext {
  readonly clock: CrawlClock;
  readonly ask: PacedFetch;
  readonly paces: HostPaces;
  readonly robots: RobotsKeeper;
  /** `null`: it is not asked for. */
  readonly tdmrep: TdmrepKeeper | null;
  readonly scope: Scope;
  readonly followNofollow: boolean;
  readonly followSitemaps: boolean;
  /** Sent with every request, `User-Agent` among them. */
  readonly headers: Fields;
  /** Lower case; what robots.txt and meta elements call the crawler. */
  readonly productToken: string;
  readonly targets: TargetRules;
  readonly retry: RetryOptions;
  readonly refusedSignals: RefusedSignals;
  readonly siteSignals: SiteSignals;
  readonly refused: RefusedLinks;
  readonly paths: DiscoveryPaths;
  /** URLs whose path the turn has changed. */
  readonly pathsChanged: Set<string>;
  readonly signal: AbortSignal;
}

/** The same for all turns of a process. */
export type SharedContext = Omit<CrawlContext, "refused" | "pathsChanged">;

/** What doing turns needs beside the settings. */
export interface CrawlNeeds {
  readonly clock: CrawlClock;
  readonly ask: PacedFetch;
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
export function contextOf(settings: CrawlSettings, { clock, ask, paces, notes, signal }: CrawlNeeds): SharedContext {
  const robots = robotsKeeper(notes, productToken, clock.nowMs);
  const tdmrep = settings.siteFiles === false ? null : tdmrepKeeper(notes, clock.nowMs);
  const refusedSignals = settings.refusedSignals ?? { refuse: [], agents: [], unreadable: "keep" };
  return {
    clock,
    ask,
    paces,
    robots,
    tdmrep,
    scope: settings.scope,
    followNofollow: settings.followNofollow ?? false,
    followSitemaps: settings.followSitemaps ?? true,
    headers: requestHeaders(settings.requester),
    productToken,
    targets: targetsOf(settings),
    retry: retryOf(settings),
    refusedSignals,
    siteSignals: siteSignals(robots, tdmrep, refusedSignals.agents),
    paths: discoveryPaths(notes),
    signal,
  };
}

function targetsOf({ ports, allowPrivate = false }: CrawlSettings): TargetRules {
  return { ports, allowPrivate };
}

/** What led to a URL, as far as bounds depend on it. */
export interface DiscoveryPath {
  /** Redirects in a row. */
  readonly redirects: number;
  /** Sitemaps that name further sitemaps. */
  readonly indexes: number;
  /** Hosts (`hostKeyOf`) whose robots.txt names it as a sitemap. */
  readonly namedBy: readonly string[];
}

/** Paths to URLs that are found and not yet visited: noted with the turn that found them, for the one that visits them. */
export interface DiscoveryPaths {
  readonly of: (url: string) => DiscoveryPath;
  readonly change: (url: string, change: Partial<DiscoveryPath>) => void;
  /** The URL was visited: only who names it still matters, should it be visited again. */
  readonly visited: (url: string) => void;
  /** What the frontier is to write down of a URL that was changed or ended; `null` when it would say nothing new. */
  readonly newNote: (url: string) => Note | null;
}

const pathShape: Shape<DiscoveryPath> = object({ redirects: count, indexes: count, namedBy: listOf(text) });
const plainPath: DiscoveryPath = { redirects: 0, indexes: 0, namedBy: [] };
/** Most are written down within a second, and can then be read back. */
const rememberedPaths = 5_000;

/** Name of the note of the path to a URL. */
export function pathNote(url: string): string {
  return `way ${url}`;
}

export function discoveryPaths(notes: Notes): DiscoveryPaths {
  const paths = new LRUCache<string, DiscoveryPath>({ max: rememberedPaths });
  const of = (url: string): DiscoveryPath => paths.get(url) ?? readNote(notes, pathNote(url), pathShape) ?? plainPath;
  const change = (url: string, change: Partial<DiscoveryPath>): void => {
    const path = { ...of(url), ...change };
    paths.set(url, path);
  };
  return {
    of,
    change,
    visited(url) {
      const { redirects, indexes } = of(url);
      if (redirects > 0 || indexes > 0) change(url, { redirects: 0, indexes: 0 });
    },
    newNote(url) {
      const path = paths.get(url);
      if (path === undefined) return null;
      const { redirects, indexes, namedBy } = path;
      const isPlain = redirects === 0 && indexes === 0 && namedBy.length === 0;
      if (isPlain) paths.delete(url);
      return [pathNote(url), isPlain ? null : JSON.stringify(path)];
    },
  };
}

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
