import { randomBytes } from "node:crypto";
import { hostname } from "node:os";

import { PipelineError } from "../core/errors.ts";
import { text } from "../core/json-shape.ts";
import { answerOf } from "./answer.ts";
import { acquired, heldLease, type Lease } from "./lease.ts";
import { isRunning, processSpace } from "./process-identity.ts";
import type { RedisScripts } from "./scripts.ts";

const leaseMs = 30_000;

/**
 * Returns the holder if it is another process, else takes or renews the lease. KEYS: the lease. ARGV: who asks,
 * milliseconds.
 */
const takeScript = `local holder = redis.call("GET", KEYS[1])
if holder and holder ~= ARGV[1] then return holder end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
return ""`;

/** KEYS: the lease. ARGV: who asks. */
const releaseScript = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end
return 0`;

/** KEYS: the lease. ARGV: the holder that is known to be dead, who asks, milliseconds. */
const takeOverScript = `if redis.call("GET", KEYS[1]) == ARGV[1] then redis.call("SET", KEYS[1], ARGV[2], "PX", ARGV[3]) end
return redis.call("GET", KEYS[1])`;

/**
 * Takes a lease, or waits as long as a dead process may still be holding it. All times are Redis'. Without Redis no
 * other process can take it either, so a holder continues; when Redis comes back empty, the first to ask gets it.
 * @throws {PipelineError} `corpus-locked` when a living process holds it; `interrupted`
 */
export async function takeLease(
  scripts: RedisScripts,
  name: string,
  signal: AbortSignal,
  ttlMs: number = leaseMs,
): Promise<Lease> {
  const own = ownName();
  const holderOf = async (): Promise<string> =>
    answerOf(text, await scripts.run(takeScript, [name], [own, String(ttlMs)]));
  const beganMs = performance.now();
  const askedMs = await acquired(async () => {
    const fromMs = performance.now();
    const holder = await holderOf();
    if (holder === "") return { granted: fromMs };
    if (isDead(holder)) {
      await scripts.run(takeOverScript, [name], [holder, own, String(ttlMs)]);
      return { waitMs: 0 };
    }
    if (isAlive(holder) || fromMs - beganMs > ttlMs * 1.5) throw lockedBy(holder, name);
    return { waitMs: Math.min(1000, ttlMs / 4) };
  }, signal);
  if (askedMs === null) throw new PipelineError("interrupted", `stopped while waiting for ${name}`);
  const terms = {
    ttlMs,
    validMs: Infinity,
    renew: async () => (await holderOf()) === "",
    release: () => scripts.run(releaseScript, [name], [own]),
  };
  return heldLease(terms, askedMs);
}

function lockedBy(holder: string, name: string): PipelineError {
  const [host = "", pid = ""] = holder.split(" ");
  const words = `another process (${pid} on ${host}) is at work on ${name}; wait for it to end or stop it`;
  return new PipelineError("corpus-locked", words, { holder });
}

/**
 * Host, process id, the machine's boot with the process' namespace, and a random part, since process ids are reused.
 */
function ownName(): string {
  return `${hostname()} ${process.pid} ${livesIn()} ${randomBytes(4).toString("hex")}`;
}

function livesIn(): string {
  return processSpace() ?? "elsewhere";
}

/** Only meaningful for processes that this one can see. */
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
  const [, , space = ""] = holder.split(" ");
  return space !== "elsewhere" && space === livesIn();
}
