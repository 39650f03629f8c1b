import { headerOf } from "../warc/http.ts";
import type { CrawlClock } from "./crawl-clock.ts";
import type { ExchangeResult } from "../fetch/result.ts";
import { type Note, type Notes, readNote } from "../frontier/frontier.ts";
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
import { retryAfterMs } from "../fetch/retry-after.ts";

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
