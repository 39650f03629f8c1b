import { untilAborted } from "../async/abort.ts";
import type { RedisScripts } from "../redis/scripts.ts";
import type { ClaimLimits, Frontier, LocalFrontier } from "./frontier.ts";
import { dueWindow, type DueWindow, type Taken } from "./redis-due-hosts.ts";
import type { Turn } from "./turn.ts";

/** 100,000 hosts take some 15 MB of Redis (`scripts/bench/redis-frontier.ts`), and are filled in within a second. */
const windowHostsDefault = 100_000;
/** Changes at which filling the window again is no more work than sending them. */
const mostChanges = 10_000;

export interface RedisFrontierOptions {
  /** Of the crawl, no other's. */
  readonly name: string;
  /** A claim that waits for Redis resolves without turns when it is aborted. */
  readonly signal: AbortSignal;
  /** Most hosts in Redis. */
  readonly windowHosts?: number;
}

/** What a claim through Redis needs. */
interface SharedDue {
  readonly local: LocalFrontier;
  readonly window: DueWindow;
  readonly signal: AbortSignal;
}

/**
 * A frontier whose hosts are due in Redis, for all to see, and claimed there. The truth stays `local`: the window holds no
 * URL, no more hosts than `windowHosts`, and nothing that is not written down; emptied at any moment, it is filled again.
 */
export function redisFrontier(
  local: LocalFrontier,
  scripts: Pick<RedisScripts, "run">,
  { name, signal, windowHosts = windowHostsDefault }: RedisFrontierOptions,
): Frontier {
  const due: SharedDue = { local, window: dueWindow(scripts, name, windowHosts), signal };
  return {
    ...local,
    async claim(nowMs, limits, changes) {
      if (changes !== undefined) local.together(changes);
      if (limits.turns < 1 || limits.urlsPerTurn < 1) return [];
      return (await untilAborted(claimed(due, nowMs, limits), signal)) ?? [];
    },
  };
}

/** Hosts that were taken and got no turn are sent as changed with the next claim, and so come back when they should. */
async function claimed({ local, window, signal }: SharedDue, nowMs: number, limits: ClaimLimits): Promise<Turn[]> {
  const turns: Turn[] = [];
  for (let isFilled = false; turns.length < limits.turns;) {
    const changed = local.changedDue(nowMs);
    const wanted = limits.turns - turns.length;
    const taken: Taken | null =
      changed === null || changed.length > mostChanges ? null : await window.take(nowMs, wanted, changed);
    if (signal.aborted) break;
    if (taken !== null && taken.hosts.length > 0) {
      const given = local.claimNow(nowMs, { ...limits, turns: wanted }, taken.hosts);
      turns.push(...given);
      // A budget is used up: the hosts that are missing would get none either.
      if (given.length === 0) break;
    }
    if (taken?.isShort === false) break;
    // Emptied between the filling and the taking: the next claim tries again.
    if (taken === null && isFilled) break;
    local.changedDue(nowMs);
    await window.fill(local.firstDue(window.size));
    isFilled = true;
  }
  return turns;
}
