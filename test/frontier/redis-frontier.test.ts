import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";

import type { Frontier } from "../../src/frontier/frontier.ts";
import { redisFrontier } from "../../src/frontier/redis-frontier.ts";
import { openFrontier, type FrontierOptions } from "../../src/frontier/sqlite-frontier.ts";
import { connectRedis, type RedisConnection } from "../../src/redis/connection.ts";
import type { RedisScripts } from "../../src/redis/scripts.ts";
import { startRedis, type RedisServer } from "../fixtures/redis-server.ts";
import { frontierContract } from "./frontier-contract.ts";
import { addressesOf, done, endAll, found, pages, wide, type FrontierPlace } from "./frontier-samples.ts";

let redis: RedisServer;
let connection: RedisConnection;
before(async () => {
  redis = await startRedis();
  connection = await connectRedis(redis.url);
});
after(async () => {
  await connection[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

const scripts: Pick<RedisScripts, "run"> = { run: (...script) => connection.scripts.run(...script) };
const never = new AbortController().signal;

function place(windowHosts = 3): FrontierPlace {
  const folder = mkdtempSync(join(tmpdir(), "redis-frontier-"));
  const open = (options?: FrontierOptions): Frontier =>
    redisFrontier(openFrontier(join(folder, "frontier.db"), options), scripts, {
      name: folder,
      signal: never,
      windowHosts,
    });
  return { open, remove: () => rmSync(folder, { recursive: true }) };
}

frontierContract("the Redis frontier", place);

/** A frontier of so many hosts with one page each, due one after the other from 1 on. */
async function withHosts(
  hosts: number,
  windowHosts: number,
  work: (frontier: Frontier) => Promise<void>,
): Promise<void> {
  const at = place(windowHosts);
  const frontier = at.open();
  try {
    const names = Array.from({ length: hosts }, (_, host) => `http://h${host}.example`);
    frontier.add(names.map((name) => found(`${name}/`)));
    for (const [host, name] of names.entries()) frontier.setHost(name, { notBeforeMs: host + 1 });
    await work(frontier);
  } finally {
    frontier.close();
    at.remove();
  }
}

const due = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, at) => `http://h${from + at}.example/`);
const few = { ...wide, turns: 7 };

suite("the window of hosts in Redis", () => {
  test("gives all hosts in the order of their time, however small it is", async () => {
    await withHosts(100, 10, async (frontier) => {
      const given: string[] = [];
      for (let at = 0; at < 15; at++) given.push(...addressesOf(await frontier.claim(1000, few)));
      assert.deepEqual(given, due(0, 100));
    });
  });

  test("holds no more hosts than it may, and none that is not due some day", async () => {
    await connection.client.flushall();
    await withHosts(100, 10, async (frontier) => {
      await frontier.claim(0, few);
      const [key = ""] = await connection.client.keys("*:due:*");
      assert.equal(await connection.client.zcard(key), 10);
      for (const { host } of frontier.hosts()) frontier.setHost(host, { blockedReason: "closed" });
      await frontier.claim(0, few);
      assert.equal(await connection.client.zcard(key), 0);
    });
  });

  test("a host that becomes due sooner than those in it comes before them", async () => {
    await withHosts(100, 10, async (frontier) => {
      assert.deepEqual(await frontier.claim(0, few), []);
      frontier.add([found("http://first.example/")]);
      frontier.setHost("http://h99.example", { notBeforeMs: 0 });
      const given = addressesOf(await frontier.claim(50, few));
      assert.deepEqual(given, ["http://first.example/", "http://h99.example/", ...due(0, 5)]);
    });
  });

  test("emptied again and again, it gives every host exactly once", async () => {
    await withHosts(200, 20, async (frontier) => {
      const given: string[] = [];
      for (let claims = 0; given.length < 200 && claims < 300; claims++) {
        if (claims % 3 === 0) await connection.client.flushall();
        const turns = await frontier.claim(1000, few);
        for (const turn of turns) endAll(frontier, turn, done);
        given.push(...addressesOf(turns));
      }
      assert.deepEqual(given.toSorted(), due(0, 200).toSorted());
    });
  });

  test("set back to an earlier state, it is filled again and not believed", async () => {
    await withHosts(20, 50, async (frontier) => {
      await frontier.claim(0, few);
      const keys = await connection.client.keys("*redis-frontier*");
      const earlier = await Promise.all(
        keys.map(async (key) => [key, await connection.client.dumpBuffer(key)] as const),
      );
      const first = addressesOf(await frontier.claim(1000, few));
      frontier.add(pages(1));
      for (const [key, dump] of earlier) await connection.client.restore(key, 0, dump ?? "", "REPLACE");
      const rest = addressesOf(await frontier.claim(1000, wide));
      assert.deepEqual([...first, ...rest].toSorted(), [...due(0, 20), "http://a.example/page-a"].toSorted());
    });
  });

  test("what fails in one change with a claim changes nothing", async () => {
    await withHosts(3, 50, async (frontier) => {
      await frontier.claim(0, few);
      const fails = (): void => {
        frontier.setHost("http://h0.example", { blockedReason: "closed" });
        throw new Error("it failed");
      };
      assert.throws(() => frontier.together(fails), /it failed/);
      assert.deepEqual(addressesOf(await frontier.claim(1000, few)), due(0, 3));
    });
  });

  test("lets a claim go without turns when it is told to stop while Redis is away", async () => {
    const stop = new AbortController();
    const gone: Pick<RedisScripts, "run"> = { run: async () => new Promise(() => undefined) };
    const folder = mkdtempSync(join(tmpdir(), "redis-frontier-"));
    try {
      const frontier = redisFrontier(openFrontier(join(folder, "frontier.db")), gone, {
        name: "gone",
        signal: stop.signal,
      });
      frontier.add(pages(1));
      const claim = frontier.claim(0, wide);
      stop.abort();
      assert.deepEqual(await claim, []);
      assert.equal(frontier.counts().urls.waiting, 1);
      frontier.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
