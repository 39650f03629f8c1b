import { LRUCache } from "lru-cache";

import { longestTimerMs, pause } from "../async/abort.ts";
import type { Frontier } from "../frontier/frontier.ts";
import type { Turn, UrlOutcome } from "../frontier/turn.ts";
import type { ArchiveState, ArchiveWriter } from "./archive-writer.ts";
import { addressSlots, type AddressSlots, type CrawlClock } from "./host-paces.ts";
import { refusedIn, undoneTurn, type EndedTurn } from "./host-turn.ts";
import { countRecrawl } from "./recrawl.ts";

/** Does the turns: in this process, or by others that it hands them to. */
export interface TurnRunner {
  /** A turn that could not be done resolves too: its URLs then go back, or are tried again later. */
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

/** What a crawl has done so far in this process: URLs by outcome. */
export interface CrawlProgress extends Readonly<Record<UrlOutcome["kind"], number>> {
  /** Of those done and of files such as robots.txt, off the wire. */
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

/** What a loop works with. */
export interface CrawlLoopNeeds {
  readonly frontier: Frontier;
  readonly archive: ArchiveWriter;
  readonly turns: TurnRunner;
  readonly clock: CrawlClock;
  readonly signal: AbortSignal;
  readonly hooks: CrawlHooks;
}

/** Commits come at most this often while there is other work: each costs two syncs of the disk. */
const commitEveryMs = 20;
/** A living process ends its turn long before its lease runs out; the lease of a dead one is ended at the next start. */
const leaseMs = 600_000;
/** How long a host waits for another one at the same address. */
const addressWaitMs = 200;
/** How long to wait when a frontier gives no turn although a host is due: it cannot be reached, or others have the host. */
const noTurnMs = 250;
/** Hosts whose address is remembered. */
const rememberedHosts = 50_000;

/** The name of the note that says how far the archives are on disk. */
export const archiveNote = "archive";

/** A crawl in progress. */
interface Loop extends CrawlLoopNeeds {
  readonly options: CrawlLoopOptions;
  readonly progress: { -readonly [Name in keyof CrawlProgress]: CrawlProgress[Name] };
  /** `null` for no bound. */
  readonly slots: AddressSlots | null;
  /** Address that a host was last seen at, of those seen last. */
  readonly ips: LRUCache<string, string>;
  /** Turns that have ended since the last commit. */
  ended: EndedTurn[];
  /** What a turn was rejected with: the loop ends once the others are through. */
  failure: { readonly error: unknown } | null;
  /** Ends the wait for work. */
  wake: () => void;
}

/**
 * Crawls until nothing is left to do or the signal is aborted. Turns of many hosts run at once; what they bring is written
 * and synced to the archive first, and only then do their URLs count as ended: one sync and one transaction for all turns
 * that ended in the meantime. A process that dies has lost no more than that, and the frontier knows up to which byte the
 * archive is whole.
 */
export async function crawlLoop(parts: CrawlLoopNeeds, options: CrawlLoopOptions): Promise<CrawlProgress> {
  const loop = newLoop(parts, options);
  const { frontier, archive, clock, signal, hooks, progress } = loop;
  signal.addEventListener("abort", () => loop.wake(), { once: true });
  await pause(options.notBeforeMs - clock.nowMs(), signal);
  for (let committedMs = -Infinity; ;) {
    const sinceMs = clock.steadyMs() - committedMs;
    if (progress.activeHosts > 0 && sinceMs < commitEveryMs) await pause(commitEveryMs - sinceMs, signal);
    committedMs = clock.steadyMs();
    const turns = loop.ended;
    loop.ended = [];
    const state = await archive.append(turns.flatMap(({ pieces }) => pieces));
    const claimedMs = clock.nowMs();
    const claimed = await commit(loop, turns, state);
    for (const turn of turns) count(progress, turn);
    if (state.bytes >= options.rollBytes) await roll(loop);
    hooks.onProgress(progress);
    for (const turn of claimed) start(loop, turn);
    if (loop.ended.length > 0) continue;
    const dueMs = isEnding(loop) ? null : frontier.nextDueMs();
    if (progress.activeHosts === 0 && dueMs === null) break;
    const leastMs = claimed.length === 0 && dueMs !== null && dueMs <= claimedMs ? noTurnMs : 1;
    await untilWork(loop, dueMs, leastMs);
  }
  if (loop.failure !== null) throw loop.failure.error;
  if (!signal.aborted) await roll(loop);
  return progress;
}

function newLoop(parts: CrawlLoopNeeds, options: CrawlLoopOptions): Loop {
  return {
    ...parts,
    options,
    progress: { done: 0, retry: 0, refused: 0, failed: 0, bytes: 0, activeHosts: 0 },
    slots: options.hostsAnAddress === null ? null : addressSlots(options.hostsAnAddress),
    ips: new LRUCache({ max: rememberedHosts }),
    ended: [],
    failure: null,
    wake: () => undefined,
  };
}

/** No more turns are to begin. */
function isEnding({ signal, failure }: Loop): boolean {
  return signal.aborted || failure !== null;
}

/** What has ended is noted, and what is due is claimed, in one transaction. */
async function commit(loop: Loop, turns: readonly EndedTurn[], state: ArchiveState): Promise<readonly Turn[]> {
  const { frontier, clock } = loop;
  const changes = (): void => {
    const acknowledged: EndedTurn[] = [];
    for (const ended of turns) {
      for (const [name, value] of ended.notes) frontier.setNote(name, value);
      if (frontier.ack(ended)) acknowledged.push(ended);
      if (ended.blockedReason !== null) frontier.setHost(ended.turn.host, { blockedReason: ended.blockedReason });
    }
    frontier.refuse(refusedIn(turns));
    if (turns.length > 0) {
      countRecrawl(frontier, acknowledged);
      frontier.setNote(archiveNote, JSON.stringify(state));
    }
  };
  const free = loop.options.concurrency - loop.progress.activeHosts;
  if (free > 0 && !isEnding(loop)) {
    const limits = { turns: free, urlsPerTurn: loop.turns.urlsPerTurn, leaseMs };
    return frontier.claim(clock.nowMs(), limits, changes);
  }
  frontier.together(changes);
  return [];
}

/** Has a turn done; it is among the ended ones when it is over. */
function start(loop: Loop, turn: Turn): void {
  const { progress, slots, ips } = loop;
  const ip = ips.get(turn.host) ?? null;
  if (slots?.take(ip) === false) {
    loop.ended.push(undoneTurn(turn, loop.clock.nowMs() + addressWaitMs));
    return;
  }
  progress.activeHosts += 1;
  loop.turns
    .runTurn(turn)
    .then(
      (ended) => {
        loop.ended.push(ended);
        if (ended.ip !== null) ips.set(turn.host, ended.ip);
      },
      (error: unknown) => (loop.failure ??= { error }),
    )
    .finally(() => {
      slots?.giveBack(ip);
      progress.activeHosts -= 1;
      loop.wake();
    })
    .catch(() => undefined);
}

function count(progress: Loop["progress"], { outcomes, beside }: EndedTurn): void {
  progress.bytes += beside.bytes;
  for (const outcome of outcomes.values()) {
    progress[outcome.kind] += 1;
    if (outcome.kind === "done") progress.bytes += outcome.bytes ?? 0;
  }
}

/** Until a turn ends, a host is due while there is room for it, or the signal is aborted. */
async function untilWork(loop: Loop, dueMs: number | null, leastMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  loop.wake = resolve;
  const hasRoom = loop.progress.activeHosts < loop.options.concurrency;
  const waitMs = dueMs !== null && hasRoom ? Math.max(leastMs, dueMs - loop.clock.nowMs()) : null;
  const timer = waitMs === null ? undefined : setTimeout(resolve, Math.min(waitMs, longestTimerMs));
  await promise;
  clearTimeout(timer);
}

/** Ends the archive file that is being written. */
async function roll({ frontier, archive, hooks }: Loop): Promise<void> {
  const path = await archive.roll();
  if (path === null) return;
  frontier.setNote(archiveNote, JSON.stringify(archive.state()));
  hooks.onArchive(path);
}
