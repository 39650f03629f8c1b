import { LRUCache } from "lru-cache";

import { addressSlots } from "./hosts-per-address.ts";
import type { ArchiveState, ArchiveWriter } from "./archive-writer.ts";
import { longestTimerMs, pause } from "../async/abort.ts";
import type { CrawlClock } from "./crawl-clock.ts";
import type { Frontier } from "../frontier/frontier.ts";
import type { RefusedCount, Turn, UrlOutcome } from "../frontier/turn.ts";
import type { EndedTurn } from "./host-turn.ts";

/** Who does the turns: this process, or others that it hands them to. */
export interface TurnRunner {
  /** Always resolves with an end when the turn could not be done: its URLs then go back, or are tried again later. */
  readonly runTurn: (turn: Turn) => Promise<EndedTurn>;
  readonly urlsPerTurn: number;
}

export interface CrawlLoopOptions {
  /** Hosts that are asked at the same time. */
  readonly concurrency: number;
  /** Of them, those at one IP address; `null` for no bound. */
  readonly hostsAnAddress: number | null;
  /** Bytes at which an archive file is ended. */
  readonly rollBytes: number;
  /** Nothing is asked for before; so that a host that a dead process spoke to last has its pause. */
  readonly notBeforeMs: number;
}

/** What a crawl has done so far in this process: URLs by how they ended. */
export interface CrawlProgress extends Readonly<Record<UrlOutcome["kind"], number>> {
  /** Of those done, off the wire. */
  readonly bytes: number;
  /** Hosts that are being asked now. */
  readonly activeHosts: number;
}

export interface CrawlHooks {
  /** An archive file is whole, under its final path. */
  readonly onArchive: (path: string) => void;
  /** Called after each commit; cheap. */
  readonly onProgress: (progress: CrawlProgress) => void;
}

/** Commits come at most this often while there is other work: each costs two syncs of the disk. */
const commitEveryMs = 20;
/** Of a process that is alive the lease never runs out in a turn; of a dead one it is ended at the next start. */
const leaseMs = 600_000;
/** How long a host waits for another one at the same address. */
const addressWaitMs = 200;
/** How long to wait when a frontier gives no turn although a host is due: it cannot be reached, or others have the host. */
const noTurnMs = 250;
/** Hosts whose address is remembered. */
const rememberedHosts = 50_000;

/** The name of the note that says how far the archives are on disk. */
export const archiveNote = "archive";

/**
 * Crawls until nothing is left to do or the signal is aborted. Turns of many hosts run at once; what they bring is written
 * and synced to the archive first, and only then do their URLs count as ended: one sync and one transaction for all turns
 * that ended in the meantime. A process that dies has lost no more than that, and the frontier knows up to which byte the
 * archive is whole.
 */
export async function crawlLoop(
  frontier: Frontier,
  archive: ArchiveWriter,
  { runTurn, urlsPerTurn }: TurnRunner,
  { clock, signal }: { readonly clock: CrawlClock; readonly signal: AbortSignal },
  options: CrawlLoopOptions,
  hooks: CrawlHooks,
): Promise<CrawlProgress> {
  const ips = new LRUCache<string, string>({ max: rememberedHosts });
  const slots = options.hostsAnAddress === null ? null : addressSlots(options.hostsAnAddress);
  const progress = { done: 0, retry: 0, refused: 0, failed: 0, bytes: 0, activeHosts: 0 };
  let ended: EndedTurn[] = [];
  let failure: { readonly error: unknown } | null = null;
  let wake = (): void => undefined;

  const start = (turn: Turn): void => {
    const ip = ips.get(turn.host) ?? null;
    if (slots?.take(ip) === false) {
      ended.push(turnWithoutEnds(turn, clock.nowMs() + addressWaitMs));
      return;
    }
    progress.activeHosts += 1;
    runTurn(turn)
      .then(
        (end) => {
          ended.push(end);
          if (end.ip !== null) ips.set(turn.host, end.ip);
        },
        (error: unknown) => (failure ??= { error }),
      )
      .finally(() => {
        slots?.giveBack(ip);
        progress.activeHosts -= 1;
        wake();
      })
      .catch(() => undefined);
  };

  /** What has ended is noted, and what is due is claimed, in one transaction. */
  const commit = async (turns: readonly EndedTurn[], state: ArchiveState): Promise<Turn[]> => {
    const changes = (): void => {
      for (const ended of turns) {
        for (const [name, value] of ended.notes) frontier.setNote(name, value);
        frontier.ack(ended);
        if (ended.blockedReason !== null) frontier.setHost(ended.turn.host, { blockedReason: ended.blockedReason });
      }
      frontier.refuse(refusedIn(turns));
      if (turns.length > 0) frontier.setNote(archiveNote, JSON.stringify(state));
    };
    const free = options.concurrency - progress.activeHosts;
    if (!signal.aborted && failure === null && free >= 1) {
      return frontier.claim(clock.nowMs(), { turns: free, urlsPerTurn, leaseMs }, changes);
    }
    frontier.together(changes);
    return [];
  };

  const count = ({ outcomes }: EndedTurn): void => {
    for (const outcome of outcomes.values()) {
      progress[outcome.kind] += 1;
      if (outcome.kind === "done") progress.bytes += outcome.bytes ?? 0;
    }
  };

  signal.addEventListener("abort", () => wake(), { once: true });
  await pause(options.notBeforeMs - clock.nowMs(), signal);
  for (let committedMs = -Infinity; ;) {
    const sinceMs = clock.steadyMs() - committedMs;
    if (progress.activeHosts > 0 && sinceMs < commitEveryMs) await pause(commitEveryMs - sinceMs, signal);
    committedMs = clock.steadyMs();
    const turns = ended;
    ended = [];
    const state = await archive.append(turns.flatMap(({ pieces }) => pieces));
    const claimedMs = clock.nowMs();
    const claimed = await commit(turns, state);
    turns.forEach(count);
    if (state.bytes >= options.rollBytes) await roll(frontier, archive, hooks);
    hooks.onProgress(progress);
    claimed.forEach(start);
    if (ended.length > 0) continue;
    const isLast = signal.aborted || failure !== null;
    const dueMs = isLast ? null : frontier.nextDueMs();
    if (progress.activeHosts === 0 && dueMs === null) break;
    const leastMs = claimed.length === 0 && dueMs !== null && dueMs <= claimedMs ? noTurnMs : 1;
    await untilWork(dueMs, leastMs);
  }
  if (failure !== null) throw (failure as { readonly error: unknown }).error;
  if (!signal.aborted) await roll(frontier, archive, hooks);
  return progress;

  /** Until a turn ends, a host is due while there is room for it, or the signal is aborted. */
  async function untilWork(dueMs: number | null, leastMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    wake = resolve;
    const hasRoom = progress.activeHosts < options.concurrency;
    const waitMs = dueMs !== null && hasRoom ? Math.max(leastMs, dueMs - clock.nowMs()) : null;
    const timer = waitMs === null ? undefined : setTimeout(resolve, Math.min(waitMs, longestTimerMs));
    await promise;
    clearTimeout(timer);
  }
}

/** A turn in which nothing was done: all its URLs go back. */
export function turnWithoutEnds(turn: Turn, notBeforeMs: number): EndedTurn {
  const nothing = { outcomes: new Map(), found: [], pieces: [], refused: new Map(), notes: [], ip: null };
  return { turn, ...nothing, notBeforeMs, blockedReason: null };
}

/** Links refused in all of them. */
export function refusedIn(turns: readonly Pick<EndedTurn, "refused">[]): ReadonlyMap<string, RefusedCount> {
  const sums = new Map<string, RefusedCount>();
  for (const { refused } of turns) {
    for (const [reason, { links, example }] of refused) {
      const before = sums.get(reason);
      sums.set(reason, { links: links + (before?.links ?? 0), example: before?.example ?? example });
    }
  }
  return sums;
}

async function roll(frontier: Frontier, archive: ArchiveWriter, hooks: CrawlHooks): Promise<void> {
  const path = await archive.roll();
  if (path === null) return;
  frontier.setNote(archiveNote, JSON.stringify(archive.state()));
  hooks.onArchive(path);
}
