import { randomUUID } from "node:crypto";

import { number, tupleOf } from "../../core/json-shape.ts";
import { answerOf } from "../../redis/answer.ts";
import { acquired, heldLease, type Lease } from "../../redis/lease.ts";
import type { RedisScripts } from "../../redis/scripts.ts";

/** The right to be the only one of all machines that asks a host. */
export interface HostLease extends Lease {
  /** Until the host may be asked, at the moment the lease was granted: so lately did the previous holder ask it. */
  readonly waitMs: number;
  /** Redis' clock at the moment the lease was granted. */
  readonly serverMs: number;
}

export interface LeaseOptions {
  /** How long a lease outlives its holder. The same for all workers of one Redis. */
  readonly ttlMs: number;
  /** Least time between two requests, where nothing more is known of the host. */
  readonly gapMs: number;
  /** Until the host may be asked again, as its holder knows; for the next one. */
  readonly restMs: () => number;
  /** How long to wait for another to release it; forever if left out. */
  readonly patienceMs?: number;
}

/** A host whose worker died waits so long; a worker that Redis has forgotten, or that has lost Redis, stops within it. */
export const hostLeaseMs = 10_000;
/** How often it is looked whether another's lease is over. */
const pollMs = 250;

/**
 * Times are of Redis' clock, and what goes in and out is durations: the clock of a worker plays no part. A lease that ran out
 * may have been used to its last moment. Where nothing is known of a host although Redis began only lately, it may have
 * forgotten a lease that its holder still goes by: nobody gets it before that one has run out or was renewed.
 * KEYS: the lease, when Redis began to keep leases. ARGV: holder, lifetime of a lease, gap.
 */
const acquireScript = `
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ttl, gap = tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call("SET", KEYS[2], now, "NX")
local lease = redis.call("HMGET", KEYS[1], "by", "until", "due")
local till, due = tonumber(lease[2] or 0), tonumber(lease[3] or 0)
if not lease[1] then
  till = redis.call("GET", KEYS[2]) + ttl
  if till > now then return { 0, till - now, now } end
  due = till + gap
elseif lease[1] ~= "" and lease[1] ~= ARGV[1] then
  if till > now then return { 0, till - now, now } end
  due = math.max(due, till + gap)
end
redis.call("HSET", KEYS[1], "by", ARGV[1], "until", now + ttl, "due", due)
redis.call("PEXPIRE", KEYS[1], math.max(ttl, due - now) + gap)
return { 1, math.max(0, due - now), now }`;

/** KEYS: the lease. ARGV: holder, lifetime, gap, rest. Answers 0 when it is another's. */
const renewScript = `
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ttl = tonumber(ARGV[2])
local lease = redis.call("HMGET", KEYS[1], "by", "due")
if lease[1] and lease[1] ~= ARGV[1] then return 0 end
local due = math.max(tonumber(lease[2] or 0), now + math.ceil(ARGV[4]))
redis.call("HSET", KEYS[1], "by", ARGV[1], "until", now + ttl, "due", due)
redis.call("PEXPIRE", KEYS[1], math.max(ttl, due - now) + ARGV[3])
return 1`;

/** KEYS: the lease. ARGV: holder, rest. Remembers when the host may be asked again, as long as that is not yet. */
const releaseScript = `
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lease = redis.call("HMGET", KEYS[1], "by", "due")
if lease[1] ~= ARGV[1] then return 0 end
local due = math.max(tonumber(lease[2] or 0), now + math.ceil(ARGV[2]))
redis.call("HSET", KEYS[1], "by", "", "until", 0, "due", due)
redis.call("PEXPIRE", KEYS[1], math.max(1, due - now))
return 1`;

/** What `acquireScript` answers: 1 when it was granted, milliseconds to wait, Redis' clock. */
const acquireAnswer = tupleOf(number, number, number);

/**
 * Waits until nobody else has the host, and takes it.
 * @returns `null` when it was not to be had in time, or the signal was aborted
 */
export async function leaseHost(
  scripts: Pick<RedisScripts, "run">,
  host: string,
  { ttlMs, gapMs: leastGapMs, restMs, patienceMs = Infinity }: LeaseOptions,
  signal: AbortSignal,
): Promise<HostLease | null> {
  const holder = randomUUID();
  const keys = [`host:${host}`];
  // Redis takes no parts of a millisecond.
  const gapMs = Math.ceil(leastGapMs);
  const beganMs = performance.now();
  const granted = await acquired(async () => {
    const askedMs = performance.now();
    const answer = await scripts.run(acquireScript, [...keys, "hosts-since"], [holder, ttlMs, gapMs]);
    const [isGranted, waitMs, serverMs] = answerOf(acquireAnswer, answer);
    if (isGranted === 1) return { granted: { askedMs, waitMs, serverMs } };
    const nextMs = Math.min(waitMs, pollMs);
    return performance.now() - beganMs + nextMs > patienceMs ? { granted: null } : { waitMs: nextMs };
  }, signal);
  if (granted === null) return null;
  const { askedMs, ...facts } = granted;
  const terms = {
    ttlMs,
    // A tenth is left for what is under way to end.
    validMs: ttlMs * 0.9,
    renew: async () => (await scripts.run(renewScript, keys, [holder, ttlMs, gapMs, restMs()])) === 1,
    release: () => scripts.run(releaseScript, keys, [holder, restMs()]),
  };
  return { ...facts, ...heldLease(terms, askedMs) };
}
