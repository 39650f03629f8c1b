import { pause } from "../async/abort.ts";
import { PipelineError } from "../core/errors.ts";
import type { ExchangeResult, ExchangeRequest } from "../fetch/result.ts";
import { retryAfterMs } from "../fetch/retry-after.ts";
import { type Note, type Notes, readNote } from "../frontier/frontier.ts";
import { headerOf } from "../warc/http.ts";
import {
  afterExchange,
  newPace,
  restoredPace,
  storedPace,
  storedPaceShape,
  withCrawlDelay,
  type Pace,
  type PaceOptions,
} from "./politeness.ts";

/** The times a crawl goes by. */
export interface CrawlClock {
  /** Monotonic: setting the wall clock moves nothing. */
  readonly steadyMs: () => number;
  /** Whole milliseconds since 1970-01-01 UTC at the start of the process, counted on by the monotonic clock. */
  readonly nowMs: () => number;
}

export const systemClock: CrawlClock = {
  steadyMs: () => performance.now(),
  nowMs: () => Math.round(performance.timeOrigin + performance.now()),
};

/** The pace of every host, for all requests to it. */
export interface HostPaces {
  /** Until the host may be asked; 0 = now. */
  readonly waitMs: (host: string) => number;
  /** When it may be asked, on the clock of the frontier. */
  readonly dueMs: (host: string) => number;
  /** Failures of the host in a row. */
  readonly failures: (host: string) => number;
  readonly observe: (host: string, result: ExchangeResult) => void;
  readonly setCrawlDelay: (host: string, crawlDelayMs: number | null) => void;
  /** Address the host was last seen at. */
  readonly ip: (host: string) => string | null;
  /** What the next process must know to be as polite; `null` when it is noted so already. */
  readonly newNote: (host: string) => Note | null;
}

interface HostPace {
  pace: Pace;
  ip: string | null;
  /** Does the frontier have a note of it? */
  noted: boolean;
}

/** Hosts remembered; the others' pace is read back from their notes. */
const rememberedHosts = 50_000;

/** Name of the note of a host's pace. */
export function paceNote(host: string): string {
  return `pace ${host}`;
}

/** @param restMs how long a host is still to be left alone, where that is known better than by its note */
export function hostPaces(
  notes: Notes,
  options: PaceOptions,
  clock: CrawlClock,
  restMs: (host: string) => number | null = () => null,
): HostPaces {
  const hosts = new Map<string, HostPace>();
  const of = (host: string): HostPace => {
    const known = hosts.get(host);
    if (known !== undefined) return known;
    const stored = readNote(notes, paceNote(host), storedPaceShape);
    const noted =
      stored === null
        ? newPace(clock.steadyMs(), options)
        : restoredPace(stored, clock.steadyMs(), clock.nowMs(), options);
    const knownMs = restMs(host);
    const pace = knownMs === null ? noted : { ...noted, dueMs: clock.steadyMs() + knownMs };
    const made = { pace, ip: null, noted: stored !== null };
    if (hosts.size >= rememberedHosts) forgetOldest(hosts, clock.steadyMs());
    hosts.set(host, made);
    return made;
  };
  return {
    waitMs: (host) => Math.max(0, of(host).pace.dueMs - clock.steadyMs()),
    dueMs: (host) => clock.nowMs() + of(host).pace.dueMs - clock.steadyMs(),
    failures: (host) => of(host).pace.failures,
    ip: (host) => of(host).ip,
    observe(host, result) {
      // Nothing was asked of the host: it need not be spared for it.
      if (!result.ok && result.requestHead.length === 0 && !result.retry) return;
      const at = of(host);
      if (result.ip !== null) at.ip = result.ip;
      const stated = result.ok ? headerOf(result.headers, "retry-after") : null;
      const observation = {
        endMs: clock.steadyMs(),
        tookMs: result.timings.totalMs - result.timings.connectMs,
        status: result.ok ? result.status : null,
        retryAfterMs:
          result.ok && stated !== null ? retryAfterMs(stated, clock.nowMs(), headerOf(result.headers, "date")) : null,
      };
      at.pace = afterExchange(at.pace, observation, options);
    },
    setCrawlDelay(host, crawlDelayMs) {
      const at = of(host);
      at.pace = withCrawlDelay(at.pace, crawlDelayMs, options);
    },
    newNote(host) {
      const at = of(host);
      const { delayMs, crawlDelayMs, failures } = at.pace;
      const isPlain = delayMs === options.minDelayMs && crawlDelayMs === 0 && failures === 0;
      if (isPlain && !at.noted) return null;
      const stored = storedPace(at.pace, clock.steadyMs(), clock.nowMs());
      at.noted = !isPlain;
      return [paceNote(host), isPlain ? null : JSON.stringify(stored)];
    },
  };
}

/** Those that are due or were saved lose nothing: the frontier gives no turn before its time. */
function forgetOldest(hosts: Map<string, HostPace>, steadyMs: number): void {
  for (const [host, { pace }] of hosts) {
    if (pace.dueMs > steadyMs) continue;
    hosts.delete(host);
    if (hosts.size < rememberedHosts * 0.9) return;
  }
}

/** One exchange with a host, when its pace allows; one at a time for each host. */
export type PacedFetch = (host: string, request: ExchangeRequest) => Promise<ExchangeResult>;

/**
 * Exchanges that each wait for their host's pace, one at a time for a host, for all callers.
 * Rejects with `interrupted` when the signal is aborted before the host may be asked; what has begun is finished.
 */
export function pacedFetch(
  exchange: (request: ExchangeRequest) => Promise<ExchangeResult>,
  paces: HostPaces,
  signal: AbortSignal,
): PacedFetch {
  const lasts = new Map<string, Promise<void>>();
  return async (host, request) => {
    const before = lasts.get(host);
    const { promise, resolve } = Promise.withResolvers<void>();
    lasts.set(host, promise);
    try {
      await before;
      // A timer may end a little early, and the host's pace may have changed meanwhile.
      for (let waitMs = paces.waitMs(host); waitMs > 0 && !signal.aborted; waitMs = paces.waitMs(host)) {
        await pause(Math.ceil(waitMs), signal);
      }
      if (signal.aborted) throw new PipelineError("interrupted", `stopped before ${request.url} was asked for`);
      const result = await exchange(request);
      paces.observe(host, result);
      return result;
    } finally {
      if (lasts.get(host) === promise) lasts.delete(host);
      resolve();
    }
  };
}

/** How many hosts of one IP address are asked at the same time: many names may be one small machine. */
export interface AddressSlots {
  /** Takes a slot of the address that a host was last seen at; false when all are taken. `null`, not yet known, is free. */
  readonly take: (ip: string | null) => boolean;
  readonly giveBack: (ip: string | null) => void;
}

export function addressSlots(slotsAnAddress: number): AddressSlots {
  const taken = new Map<string, number>();
  return {
    take(ip) {
      if (ip === null) return true;
      const now = taken.get(ip) ?? 0;
      if (now >= slotsAnAddress) return false;
      taken.set(ip, now + 1);
      return true;
    },
    giveBack(ip) {
      if (ip === null) return;
      const left = (taken.get(ip) ?? 0) - 1;
      if (left > 0) taken.set(ip, left);
      else taken.delete(ip);
    },
  };
}
