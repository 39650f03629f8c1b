import { pause } from "../../async/abort.ts";
import { PipelineError } from "../../core/errors.ts";
import type { Exchanger } from "../../fetch/exchange.ts";
import { readNote } from "../../frontier/frontier.ts";
import type { RedisScripts } from "../../redis/scripts.ts";
import { contextOf, paceOf, type CrawlSettings } from "../crawl-settings.ts";
import { hostPaces, paceNote, pacedFetch, type CrawlClock, type HostPaces, type PacedFetch } from "../host-paces.ts";
import { type EndedTurn, hostTurn, type TurnLimits } from "../host-turn.ts";
import { storedPaceShape } from "../politeness.ts";
import { hostLeaseMs, leaseHost, type HostLease } from "./host-lease.ts";
import type { TurnAsk } from "./turn-codec.ts";

/** What a process needs to do turns for others. */
export interface LeasedTurnNeeds {
  readonly settings: CrawlSettings;
  readonly web: Exchanger;
  readonly scripts: Pick<RedisScripts, "run">;
  /** See `hostLeaseMs`. */
  readonly leaseMs?: number;
  readonly signal: AbortSignal;
}

/** What happens while the host is held. */
export interface TurnDelivery {
  /** Has another done the turn meanwhile? Asked once the host is held: its holder before has finished. */
  readonly isOver: () => Promise<boolean>;
  /** Keeps the result where `isOver` sees it. */
  readonly deliver: (result: EndedTurn) => Promise<void>;
}

/**
 * Turns done by other processes cost two objects to write, two to read and two to remove, whatever they hold. At a delay of a second these
 * take five pages along, about one operation a page, and without a delay all twenty URLs. A worker that dies has
 * five seconds of one host to be done again. A host slower than two seconds a page gets a page a turn.
 */
const remoteTurnLimits: TurnLimits = { turnMs: 5_000, patienceMs: 2_000, pieceBytes: 16 << 20 };
export const remoteTurnUrls = 20;
/** How long another host than the turn's own is waited for, one that robots.txt is redirected to. */
const otherHostMs = 10_000;

/**
 * Does a turn for another process, as the only one of all machines that asks its host: waits for the holder of the host, and for
 * the rest of the delay since that one asked; stops before the next request, and ends what is under way, as soon as the lease could
 * not be renewed. Times are the asker's, through Redis' clock: that of this machine plays no part.
 * @returns how many URLs ended; `null` when there was nothing to do any more, or the signal was aborted before anything was done
 */
export async function leasedTurn(
  { turn, notes: noted, aheadMs }: TurnAsk,
  { settings, web, scripts, leaseMs: ttlMs = hostLeaseMs, signal }: LeasedTurnNeeds,
  { isOver, deliver }: TurnDelivery,
): Promise<number | null> {
  const known = new Map(noted);
  const notes = { note: (name: string) => known.get(name) ?? null };
  const pace = paceOf(settings);
  const leases = new Map<string, HostLease>();
  await using held = new AsyncDisposableStack();
  let paces: HostPaces | null = null;

  const take = async (host: string, patienceMs: number): Promise<HostLease | null> => {
    const { delayMs, crawlDelayMs } = readNote(notes, paceNote(host), storedPaceShape) ?? noPace;
    const gapMs = Math.max(pace.minDelayMs, delayMs, crawlDelayMs);
    const options = { ttlMs, gapMs, restMs: () => paces?.waitMs(host) ?? 0, patienceMs };
    const lease = await leaseHost(scripts, host, options, signal);
    if (lease === null) return null;
    leases.set(host, held.use(lease));
    return lease;
  };

  const own = await take(turn.host, Infinity);
  if (own === null || (await isOver())) return null;
  const clock = clockFrom(own.serverMs + aheadMs);
  const stop = AbortSignal.any([signal, own.lost]);
  const hosts = hostPaces(notes, pace, clock, (host) => leases.get(host)?.waitMs ?? null);
  paces = hosts;

  const ask: PacedFetch = async (host, request) => {
    const lease = leases.get(host) ?? (await take(host, otherHostMs));
    const isFar = host !== turn.host && hosts.waitMs(host) > otherHostMs;
    if (isFar) await pause(otherHostMs, stop);
    if (lease === null || isFar) throw stopped(request.url);
    const exchange: Exchanger["exchange"] = async (one) => {
      if (!lease.isHeld()) throw stopped(one.url);
      const startMs = clock.nowMs();
      const result = await web.exchange({ ...one, signal: lease.lost });
      // What was broken off for that is no answer of the host's.
      if (lease.lost.aborted) throw stopped(one.url);
      return { ...result, timings: { ...result.timings, startMs } };
    };
    return pacedFetch(exchange, hosts, stop)(host, request);
  };

  const context = contextOf(settings, { clock, ask, paces: hosts, notes, signal: stop });
  const ended = await hostTurn(context, turn, remoteTurnLimits);
  if (signal.aborted && ended.outcomes.size === 0) return null;
  await deliver(ended);
  return ended.outcomes.size;
}

const noPace = { delayMs: 0, crawlDelayMs: 0 };

function clockFrom(startMs: number): CrawlClock {
  const beganMs = performance.now();
  return { steadyMs: () => performance.now(), nowMs: () => Math.round(startMs + performance.now() - beganMs) };
}

function stopped(url: string): PipelineError {
  return new PipelineError("interrupted", `${url} was not asked for: its host may be another worker's`);
}
