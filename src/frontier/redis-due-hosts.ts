import { randomUUID } from "node:crypto";

import { listOf, number, text, tupleOf } from "../core/json-shape.ts";
import { answerOf } from "../redis/answer.ts";
import type { RedisScripts } from "../redis/scripts.ts";
import type { HostDue } from "./frontier.ts";

/**
 * The hosts that are due first, in Redis: a sorted set by time, and beside it whose set it is, how many changes it has seen
 * and the time from which on hosts may be missing. A caller that finds another's mark or count fills it again: after FLUSHALL, after a
 * restart that lost the last second, and after an answer that did not arrive.
 */
export interface DueWindow {
  /**
   * Takes out hosts that are due by then, the longest due first, after noting what changed.
   * @returns `null` when the window must be filled first
   */
  readonly take: (nowMs: number, hosts: number, changed: readonly HostDue[]) => Promise<Taken | null>;
  /** Starts over with the hosts that are due first, `size` of them unless there are fewer. */
  readonly fill: (first: readonly HostDue[]) => Promise<void>;
  /** Most hosts it holds. */
  readonly size: number;
}

export interface Taken {
  readonly hosts: readonly string[];
  /** Hosts that are due too are missing from the window: fill it and take again. */
  readonly isShort: boolean;
}

/** Milliseconds after which an unused window is deleted. */
const lifetimeMs = 3_600_000;
/** Hosts sent in one script: Redis does nothing else meanwhile. */
const hostsAScript = 5_000;

/**
 * KEYS: the set, its state. ARGV: mark, count, now, hosts to take, size, lifetime, then pairs of host and time ("" = not due).
 * The horizon is the time from which on hosts may be missing.
 */
const takeScript = `
local set, state = KEYS[1], KEYS[2]
local known = redis.call("HMGET", state, "mark", "count", "horizon")
if known[1] ~= ARGV[1] or known[2] ~= ARGV[2] then return false end
local now, most, size = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local horizon = known[3] == "none" and math.huge or tonumber(known[3])
for at = 7, #ARGV, 2 do
  local due = tonumber(ARGV[at + 1])
  if due and due < horizon then redis.call("ZADD", set, due, ARGV[at]) else redis.call("ZREM", set, ARGV[at]) end
end
local over = redis.call("ZCARD", set) - size
if over > 0 then
  redis.call("ZREMRANGEBYRANK", set, -over, -1)
  horizon = tonumber(redis.call("ZRANGE", set, -1, -1, "WITHSCORES")[2])
end
local hosts = redis.call("ZRANGEBYSCORE", set, "-inf", now, "LIMIT", 0, most)
for at = 1, #hosts, 1000 do redis.call("ZREM", set, unpack(hosts, at, math.min(at + 999, #hosts))) end
redis.call("HSET", state, "count", known[2] + 1, "horizon", horizon == math.huge and "none" or string.format("%.0f", horizon))
redis.call("PEXPIRE", set, ARGV[6])
redis.call("PEXPIRE", state, ARGV[6])
return { #hosts < most and horizon <= now and 1 or 0, hosts }`;

/** What `takeScript` answers: 1 when hosts that are due are missing, the hosts. */
const takeAnswer = tupleOf(number, listOf(text));

/** KEYS: the set, its state. ARGV: mark, hosts sent before, lifetime, horizon of the whole or "" when more is to come, then pairs. */
const fillScript = `
local set, state = KEYS[1], KEYS[2]
if ARGV[2] == "0" then
  redis.call("DEL", set, state)
  redis.call("HSET", state, "filling", ARGV[1])
elseif redis.call("HGET", state, "filling") ~= ARGV[1] or redis.call("ZCARD", set) ~= tonumber(ARGV[2]) then
  return 0
end
for at = 5, #ARGV, 2 do redis.call("ZADD", set, ARGV[at + 1], ARGV[at]) end
if ARGV[4] ~= "" then
  redis.call("DEL", state)
  redis.call("HSET", state, "mark", ARGV[1], "count", "0", "horizon", ARGV[4])
end
redis.call("PEXPIRE", set, ARGV[3])
redis.call("PEXPIRE", state, ARGV[3])
return 1`;

/** @param name of the crawl, no other's */
export function dueWindow(scripts: Pick<RedisScripts, "run">, name: string, size: number): DueWindow {
  const keys = [`due:${name}`, `window:${name}`];
  let mark: string | null = null;
  let count = 0;
  return {
    size,
    async take(nowMs, hosts, changed) {
      if (mark === null) return null;
      const own = mark;
      // Until it has answered, what it did is not known.
      mark = null;
      const pairs = changed.flatMap(({ host, dueMs }) => [host, dueMs ?? ""]);
      const answer = await scripts.run(takeScript, keys, [own, count, nowMs, hosts, size, lifetimeMs, ...pairs]);
      if (answer === null) return null;
      mark = own;
      count += 1;
      const [short, taken] = answerOf(takeAnswer, answer);
      return { hosts: taken, isShort: short === 1 };
    },
    async fill(first) {
      const own = randomUUID();
      const last = first.length < size ? null : (first.at(-1)?.dueMs ?? null);
      for (let at = 0; ; at += hostsAScript) {
        const part = first.slice(at, at + hostsAScript);
        const horizon = at + hostsAScript >= first.length ? (last ?? "none") : "";
        const pairs = part.flatMap(({ host, dueMs }) => [host, dueMs ?? 0]);
        const went = await scripts.run(fillScript, keys, [own, at, lifetimeMs, horizon, ...pairs]);
        // It was emptied in the middle: the next to take finds no mark.
        if (went !== 1) return;
        if (horizon !== "") break;
      }
      mark = own;
      count = 0;
    },
  };
}
