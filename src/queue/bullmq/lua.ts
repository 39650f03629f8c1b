// Scripts beside those of BullMQ, over its keys and a few of our own. Time is Redis' own: clocks of machines differ.

const nowMs = `local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/**
 * Before jobs are enqueued: what has ended is forgotten, so that it is begun again.
 * KEYS: meta, completed, failed, tallies, quarantine. ARGV: events to keep, ids.
 * The length of the event stream is set each time: FLUSHALL takes it away, and BullMQ would go back to 10,000.
 */
export const enterScript = `
local base = string.sub(KEYS[1], 1, -5)
redis.call("HSET", KEYS[1], "opts.maxLenEvents", ARGV[1])
for i = 2, #ARGV do
  local id = ARGV[i]
  local ended = redis.call("ZREM", KEYS[2], id) + redis.call("ZREM", KEYS[3], id)
  if ended > 0 then redis.call("DEL", base .. id) end
  if ended > 0 or redis.call("EXISTS", base .. id) == 0 then
    redis.call("HDEL", KEYS[4], id)
    redis.call("HDEL", KEYS[5], id)
  end
end
return 0`;

/**
 * How jobs have ended. KEYS: meta, completed, failed. ARGV: ids.
 * Answers for each: 0 not yet, 1 and its result, 2 and its failure, -1 unknown.
 */
export const completionsScript = `
local base = string.sub(KEYS[1], 1, -5)
local ends = {}
for i, id in ipairs(ARGV) do
  if redis.call("EXISTS", base .. id) == 0 then ends[i] = {-1, ""}
  elseif redis.call("ZSCORE", KEYS[2], id) then ends[i] = {1, redis.call("HGET", base .. id, "returnvalue") or ""}
  elseif redis.call("ZSCORE", KEYS[3], id) then ends[i] = {2, redis.call("HGET", base .. id, "failedReason") or ""}
  else ends[i] = {0, ""} end
end
return ends`;

/**
 * Writes down that a job is begun, and what its earlier starts came to. One that was begun by a worker that is dead now is
 * suspect: it may have killed it. It is only begun alone, and only a death while alone is counted against it.
 * KEYS: tallies, workers. ARGV: id, worker, its name, 1 if alone, crashes allowed, milliseconds after which silence is death.
 * Answers {"go", failures, faults, crashes}, {"alone"} or {"quarantined", crashes, name of the last worker, when}.
 */
export const claimScript = `
${nowMs}
local text = redis.call("HGET", KEYS[1], ARGV[1])
local tally = text and cjson.decode(text) or { failures = 0, faults = 0, crashes = 0, suspect = false }
if tally.worker and tally.worker ~= ARGV[2] then
  local seen = redis.call("ZSCORE", KEYS[2], tally.worker)
  if not seen or now - tonumber(seen) > tonumber(ARGV[6]) then
    tally.suspect = true
    if tally.alone then tally.crashes = tally.crashes + 1 end
  end
end
if tally.crashes >= tonumber(ARGV[5]) then
  return {"quarantined", tally.crashes, tally.name or "", tally.at or 0}
end
if tally.suspect and ARGV[4] == "0" then return {"alone"} end
tally.worker, tally.name, tally.alone, tally.at = ARGV[2], ARGV[3], ARGV[4] == "1", now
redis.call("HSET", KEYS[1], ARGV[1], cjson.encode(tally))
return {"go", tally.failures, tally.faults, tally.crashes}`;

/** A job has ended: it is no longer begun, nor quarantined. KEYS: tallies, quarantine. ARGV: id. */
export const finishScript = `
redis.call("HDEL", KEYS[2], ARGV[1])
return redis.call("HDEL", KEYS[1], ARGV[1])`;

/** A job was requeued unharmed: as if it had not been begun. KEYS: tallies. ARGV: id, worker. */
export const giveBackScript = `
local text = redis.call("HGET", KEYS[1], ARGV[1])
local tally = text and cjson.decode(text)
if not tally or tally.worker ~= ARGV[2] then return 0 end
tally.worker, tally.alone = nil, nil
if not tally.suspect and tally.failures + tally.faults + tally.crashes == 0 then return redis.call("HDEL", KEYS[1], ARGV[1]) end
return redis.call("HSET", KEYS[1], ARGV[1], cjson.encode(tally))`;

/** A job is to be tried again. KEYS: tallies. ARGV: id, failures, faults, crashes. */
export const failedScript = `
local tally = { failures = tonumber(ARGV[2]), faults = tonumber(ARGV[3]), crashes = tonumber(ARGV[4]), suspect = false }
return redis.call("HSET", KEYS[1], ARGV[1], cjson.encode(tally))`;

/** Sets a job aside. KEYS: tallies, quarantine. ARGV: id, reason. Few jobs kill a process three times, so no bound. */
export const quarantineScript = `
redis.call("HDEL", KEYS[1], ARGV[1])
return redis.call("HSET", KEYS[2], ARGV[1], ARGV[2])`;

/**
 * A sign of life. KEYS: workers, worker states, sharers of the same processors. ARGV: worker, its state, milliseconds after which the
 * silent are forgotten, and after which they are dead, when it was first seen (0: now), itself as a sharer.
 * Answers when it was first seen, the other sharers that live, and 1 if it was known itself.
 */
export const beatScript = `
${nowMs}
redis.call("ZADD", KEYS[1], now, ARGV[1])
redis.call("HSET", KEYS[2], ARGV[1], ARGV[2])
for _, gone in ipairs(redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", now - tonumber(ARGV[3]))) do
  redis.call("ZREM", KEYS[1], gone)
  redis.call("HDEL", KEYS[2], gone)
end
local since = ARGV[5] == "0" and string.format("%.0f", now) or ARGV[5]
local others = {}
local sharers = redis.call("HGETALL", KEYS[3])
for i = 1, #sharers, 2 do
  local seen = redis.call("ZSCORE", KEYS[1], sharers[i])
  if not seen then redis.call("HDEL", KEYS[3], sharers[i])
  elseif sharers[i] ~= ARGV[1] and now - tonumber(seen) <= tonumber(ARGV[4]) then others[#others + 1] = sharers[i + 1] end
end
local known = redis.call("HEXISTS", KEYS[3], ARGV[1])
redis.call("HSET", KEYS[3], ARGV[1], '{"since":' .. since .. ',' .. string.sub(ARGV[6], 2))
redis.call("PEXPIRE", KEYS[3], ARGV[3])
return {since, others, known}`;

/** KEYS: workers, worker states, sharers of the same processors. ARGV: worker. */
export const leaveScript = `
redis.call("ZREM", KEYS[1], ARGV[1])
redis.call("HDEL", KEYS[3], ARGV[1])
return redis.call("HDEL", KEYS[2], ARGV[1])`;

/** KEYS: workers, worker states. Answers pairs of a state and the milliseconds since the last sign of life. */
export const workersScript = `
${nowMs}
local states = {}
local seen = redis.call("ZRANGE", KEYS[1], 0, -1, "WITHSCORES")
for i = 1, #seen, 2 do
  local state = redis.call("HGET", KEYS[2], seen[i])
  if state then states[#states + 1] = {state, math.max(0, now - tonumber(seen[i + 1]))} end
end
return states`;

/** Delayed jobs whose time has come. KEYS: delayed. ARGV: milliseconds added to their times. */
export const dueScript = `
${nowMs}
return redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", string.format("%.0f", (now + tonumber(ARGV[1])) * 4096 + 4095), "LIMIT", 0, 200)`;
