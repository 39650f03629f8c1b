import assert from "node:assert/strict";
import { after, before, mock, suite, test } from "node:test";

import { leaseHost, type HostLease } from "../../../src/crawl/shared/host-lease.ts";
import { connectRedis, type RedisConnection } from "../../../src/redis/connection.ts";
import { startRedis, type RedisServer } from "../../fixtures/redis-server.ts";

// Long enough that a busy machine renews in time.
const ttlMs = 900;
const gapMs = 199.5;
const never = new AbortController().signal;
let server: RedisServer;
let redis: RedisConnection;
let hosts = 0;

before(async () => {
  server = await startRedis();
  redis = await connectRedis(server.url);
  // Redis is new, and has forgotten nothing once a lease's lifetime is over.
  await using first = await take(newHost());
  assert.ok(first.waitMs <= gapMs);
});
after(async () => {
  await redis[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const newHost = (): string => `http://h${(hosts += 1)}.example`;

async function take(host: string, restMs = 0, by: RedisConnection = redis): Promise<HostLease> {
  const lease = await leaseHost(by.scripts, host, { ttlMs, gapMs, restMs: () => restMs, patienceMs: 10_000 }, never);
  assert.ok(lease !== null, "the lease was not to be had");
  return lease;
}

suite("a lease of a host", () => {
  test("is one worker's at a time, for as long as it is renewed", async () => {
    const host = newHost();
    const first = await take(host);
    assert.equal(
      await leaseHost(redis.scripts, host, { ttlMs, gapMs, restMs: () => 0, patienceMs: 3 * ttlMs }, never),
      null,
    );
    assert.equal(first.isHeld(), true);
    await first[Symbol.asyncDispose]();
    await using second = await take(host);
    assert.equal(second.isHeld(), true);
  });

  test("tells the next one how long the host is still to be left alone", async () => {
    const host = newHost();
    await (await take(host, 4999.5))[Symbol.asyncDispose]();
    await using next = await take(host);
    assert.ok(next.waitMs > 4000 && next.waitMs <= 5000, `${next.waitMs} ms`);
  });

  test("of a worker that died may have been used until it ran out: from there the delay counts", async () => {
    const host = newHost();
    const dying = await connectRedis(server.url);
    const began = performance.now();
    await take(host, 0, dying);
    await dying[Symbol.asyncDispose]();
    await using next = await take(host);
    const sinceMs = performance.now() - began;
    assert.ok(sinceMs >= ttlMs - 1, `it was given after ${sinceMs} ms`);
    assert.ok(sinceMs + next.waitMs >= ttlMs + gapMs - 1, `${next.waitMs} ms after ${sinceMs} ms`);
  });

  test("is lost to its holder before anybody else can have it, when Redis cannot be reached", async () => {
    const host = newHost();
    const cut = await connectRedis(server.url);
    const lease = await take(host, 0, cut);
    await cut[Symbol.asyncDispose]();
    let lostMs = Infinity;
    lease.lost.addEventListener("abort", () => (lostMs = performance.now()));
    await using next = await take(host);
    assert.ok(performance.now() > lostMs, "the next had it first");
    assert.equal(lease.isHeld(), false);
    assert.equal(next.isHeld(), true);
  });

  test("is over for a process that stood still, before it hears of anything", async () => {
    const lease = await take(newHost());
    const until = performance.now() + ttlMs;
    while (performance.now() < until);
    assert.equal(lease.lost.aborted, false, "the loop was not held up: the test shows nothing");
    assert.equal(lease.isHeld(), false);
    await lease[Symbol.asyncDispose]();
  });

  test("that Redis has forgotten stays its holder's, and all other hosts wait as long as it could last", async () => {
    const [held, other] = [newHost(), newHost()];
    await using lease = await take(held);
    await redis.client.flushall();
    const began = performance.now();
    await using free = await take(other);
    const sinceMs = performance.now() - began;
    assert.ok(sinceMs >= ttlMs - 1, `another host was given after ${sinceMs} ms`);
    assert.ok(sinceMs + free.waitMs >= ttlMs + gapMs - 1);
    assert.equal(lease.isHeld(), true);
    assert.equal(
      await leaseHost(redis.scripts, held, { ttlMs, gapMs, restMs: () => 0, patienceMs: 2 * ttlMs }, never),
      null,
    );
  });

  test("goes by no clock of the worker's own", async () => {
    const host = newHost();
    await (await take(host, 1000))[Symbol.asyncDispose]();
    mock.method(Date, "now", () => 3_600_000);
    try {
      await using next = await take(host);
      assert.ok(next.waitMs > 500 && next.waitMs <= 1000, `${next.waitMs} ms`);
      assert.ok(next.serverMs > 1_600_000_000_000);
    } finally {
      mock.restoreAll();
    }
  });

  test("leaves nothing in Redis once its host may be asked again", async () => {
    const host = newHost();
    await (await take(host, 50))[Symbol.asyncDispose]();
    assert.equal(await redis.client.exists(`${redis.prefix}:host:${host}`), 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(await redis.client.exists(`${redis.prefix}:host:${host}`), 0);
  });
});
