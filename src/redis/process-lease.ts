import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";

import { PipelineError } from "../core/errors.ts";
import type { RedisScripts } from "./connection.ts";
import { isRunning, processSpace } from "./process-identity.ts";

/** Something that one process of all machines holds at a time, until it ends or dies. */
export interface Lease extends AsyncDisposable {
  /** Aborted when another process turned out to hold it. */
  readonly lost: AbortSignal;
}

const leaseMs = 30_000;

/** Answers the holder if it is another, else takes or renews. KEYS: the lease. ARGV: who asks, milliseconds. */
const takeScript = `local holder = redis.call("GET", KEYS[1])
if holder and holder ~= ARGV[1] then return holder end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
return ""`;

/** KEYS: the lease. ARGV: who asks. */
const giveBackScript = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end
return 0`;

/** KEYS: the lease. ARGV: the holder that is known to be dead, who asks, milliseconds. */
const takeOverScript = `if redis.call("GET", KEYS[1]) == ARGV[1] then redis.call("SET", KEYS[1], ARGV[2], "PX", ARGV[3]) end
return redis.call("GET", KEYS[1])`;

/**
 * Takes a lease, or waits as long as a dead process could still be holding it. All time is Redis' own. Without Redis nobody
 * else can take it either, so a holder works on; when Redis comes back empty the first to ask has it.
 * @throws {PipelineError} `corpus-locked` when a living process holds it; `interrupted`
 */
export async function takeLease(
  scripts: RedisScripts,
  name: string,
  signal: AbortSignal,
  ttlMs: number = leaseMs,
): Promise<Lease> {
  const own = ownName();
  const ask = async (): Promise<string> => String(await scripts.run(takeScript, [name], [own, String(ttlMs)]));
  const waitedFrom = performance.now();
  for (let holder = await ask(); holder !== ""; holder = await ask()) {
    if (isDead(holder)) {
      await scripts.run(takeOverScript, [name], [holder, own, String(ttlMs)]);
      continue;
    }
    if (isAlive(holder) || performance.now() - waitedFrom > ttlMs * 1.5) {
      const [host = "", pid = ""] = holder.split(" ");
      const words = `another process (${pid} on ${host}) is at work on ${name}; wait for it to end or stop it`;
      throw new PipelineError("corpus-locked", words, { holder });
    }
    await pause(Math.min(1000, ttlMs / 4), undefined, { signal }).catch(() => {
      throw new PipelineError("interrupted", `stopped while waiting for ${name}`);
    });
  }
  const lost = new AbortController();
  const renewing = setInterval(() => {
    ask().then(
      (holder) => {
        if (holder !== "") lost.abort();
      },
      // Redis is away; the next renewal will tell.
      () => undefined,
    );
  }, ttlMs / 3);
  return {
    lost: lost.signal,
    async [Symbol.asyncDispose]() {
      clearInterval(renewing);
      await scripts.run(giveBackScript, [name], [own]).catch(() => undefined);
    },
  };
}

/** Host, process, the machine's present life with the process' namespace, and chance: a number is used again one day. */
function ownName(): string {
  return `${hostname()} ${process.pid} ${livesIn()} ${randomBytes(4).toString("hex")}`;
}

function livesIn(): string {
  return processSpace() ?? "elsewhere";
}

/** Can only be said of processes that this one can see. */
function isDead(holder: string): boolean {
  return isVisible(holder) && !isRunning(pidOf(holder));
}

function isAlive(holder: string): boolean {
  return isVisible(holder) && isRunning(pidOf(holder));
}

function pidOf(holder: string): number {
  return Number(holder.split(" ")[1]);
}

function isVisible(holder: string): boolean {
  const [, , place = ""] = holder.split(" ");
  return place !== "elsewhere" && place === livesIn();
}
