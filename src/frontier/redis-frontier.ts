import { untilAborted } from "../async/abort.ts";
import { dueWindow, type Taken } from "./redis-due-hosts.ts";
import type { ClaimLimits, Frontier, LocalFrontier, Turn } from "./frontier.ts";
import type { RedisScripts } from "../redis/scripts.ts";

/** 100,000 hosts take some 15 MB of Redis (`scripts/bench/redis-frontier.ts`), and are filled in within a second. */
const windowHosts = 100_000;
/** Changes at which filling anew is no more work than telling them. */
const mostChanges = 10_000;

/**
 * A frontier whose hosts are due in Redis, for all to see, and claimed there. The truth stays `local`: the window holds no
 * URL, no more hosts than `hosts`, and nothing that is not written down; emptied at any moment, it is filled again.
 * @param name of the crawl, no other's
 * @param signal whoever waits for Redis is let go when it is aborted
 */
export function redisFrontier(
  local: LocalFrontier,
  scripts: Pick<RedisScripts, "run">,
  name: string,
  signal: AbortSignal,
  hosts: number = windowHosts,
): Frontier {
  const window = dueWindow(scripts, name, hosts);
  return {
    ...local,
    async claim(nowMs, limits) {
      if (limits.turns < 1 || limits.urlsPerTurn < 1) return [];
      return (await untilAborted(claimed(nowMs, limits), signal)) ?? [];
    },
    together<T>(work: () => T): T {
      // A promise that `work` gives is none of the transaction's business.
      const made: T[] = [];
      local.together(() => void made.push(work()));
      return made[0] as T;
    },
  };

  /** Hosts that were taken and got no turn are told of as changed, and so come back when they should. */
  async function claimed(nowMs: number, limits: ClaimLimits): Promise<Turn[]> {
    const turns: Turn[] = [];
    for (let isFilled = false; turns.length < limits.turns;) {
      const changed = local.changedDue(nowMs);
      const wanted = limits.turns - turns.length;
      const taken: Taken | null =
        changed === null || changed.length > mostChanges ? null : await window.take(nowMs, wanted, changed);
      if (signal.aborted) break;
      if (taken !== null && taken.hosts.length > 0) {
        const given = local.claim(nowMs, { ...limits, turns: wanted }, taken.hosts);
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
}
