import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { pause } from "../../src/async/abort.ts";
import { connectRedis } from "../../src/redis/connection.ts";
import { acquired, heldLease, type LeaseTerms } from "../../src/redis/lease.ts";
import { takeLease } from "../../src/redis/process-lease.ts";
import { startRedis } from "../fixtures/redis-server.ts";

const { signal } = new AbortController();
const lostOf = (lease: { readonly lost: AbortSignal }): Promise<void> =>
  new Promise((resolve) => lease.lost.addEventListener("abort", () => resolve(), { once: true }));

const terms: LeaseTerms = { ttlMs: 60, validMs: Infinity, renew: async () => true, release: async () => undefined };

suite("a lease in Redis", { concurrency: 4 }, () => {
  test("is asked for until it is granted, or the caller stops", async () => {
    let asked = 0;
    const ask = async (): Promise<{ granted: string } | { waitMs: number }> =>
      (asked += 1) < 3 ? { waitMs: 1 } : { granted: "ours" };
    assert.equal(await acquired(ask, signal), "ours");
    assert.equal(asked, 3);
    assert.equal(await acquired(async () => ({ waitMs: 60_000 }), AbortSignal.timeout(1)), null);
  });

  test("is lost when Redis says that another has it, and is not renewed any more", async () => {
    let renewals = 0;
    const renew = async (): Promise<boolean> => (renewals += 1) < 2;
    const lease = heldLease({ ...terms, renew }, performance.now());
    await lostOf(lease);
    assert.equal(lease.isHeld(), false);
    await pause(2 * terms.ttlMs);
    assert.equal(renewals, 2);
  });

  test("that no other process can take while Redis is away stays its holder's; one that expires does not", async () => {
    const renew = (): Promise<boolean> => Promise.reject(new Error("away"));
    await using lasting = heldLease({ ...terms, renew }, performance.now());
    const ending = heldLease({ ...terms, validMs: 50, renew }, performance.now());
    await lostOf(ending);
    assert.equal(ending.isHeld(), false);
    assert.equal(lasting.isHeld(), true);
  });

  test("is released in no more time than it would last, and without a word when Redis fails", async () => {
    await heldLease({ ...terms, release: () => Promise.reject(new Error("away")) }, 0)[Symbol.asyncDispose]();
    const began = performance.now();
    await heldLease({ ...terms, release: () => new Promise(() => undefined) }, 0)[Symbol.asyncDispose]();
    assert.ok(performance.now() - began >= terms.ttlMs - 1);
  });

  test("of a process is refused to another while it lives, and free once it is released", async () => {
    await using server = await startRedis();
    await using redis = await connectRedis(server.url);
    const first = await takeLease(redis.scripts, "corpus a", signal);
    await assert.rejects(takeLease(redis.scripts, "corpus a", signal), { code: "corpus-locked" });
    await first[Symbol.asyncDispose]();
    await using second = await takeLease(redis.scripts, "corpus a", signal);
    assert.equal(second.isHeld(), true);
    await redis.client.set(`${redis.prefix}:corpus b`, "elsewhere 1 elsewhere x");
    const stopped = AbortSignal.timeout(50);
    await assert.rejects(takeLease(redis.scripts, "corpus b", stopped), { code: "interrupted" });
    await redis.client.rpush(`${redis.prefix}:corpus c`, "a list");
    await assert.rejects(takeLease(redis.scripts, "corpus c", signal), /WRONGTYPE/);
  });
});
