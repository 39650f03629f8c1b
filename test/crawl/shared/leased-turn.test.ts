import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";

import { webOf, type CrawlSettings } from "../../../src/crawl/crawl-settings.ts";
import type { EndedTurn } from "../../../src/crawl/host-turn.ts";
import { leasedTurn } from "../../../src/crawl/shared/leased-turn.ts";
import { turnAskBytes, turnAskOf, turnResultBytes, turnResultOf } from "../../../src/crawl/shared/turn-codec.ts";
import { connectToRuleOf } from "../../../src/fetch/connector.ts";
import type { Turn } from "../../../src/frontier/turn.ts";
import { connectRedis, type RedisConnection } from "../../../src/redis/connection.ts";
import { scopeOf } from "../../../src/url/scope.ts";
import { startRedis, type RedisServer } from "../../fixtures/redis-server.ts";
import { loopbackWeb, pageOf, type LoopbackWeb } from "../loopback-web.ts";

const [leaseMs, delayMs] = [900, 60];
const never = new AbortController().signal;
let server: RedisServer;
let redis: RedisConnection;
before(async () => {
  server = await startRedis();
  redis = await connectRedis(server.url);
});
after(async () => {
  await redis[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const turnOf = (host: string, pages: number): Turn => ({
  host: `http://${host}`,
  lease: 1,
  urls: Array.from({ length: pages }, (_, id) => {
    const url = `http://${host}/${id}`;
    return { id, url, rawUrl: url, depth: 0, attempts: 0, validators: null };
  }),
});

const settingsFor = (web: LoopbackWeb): CrawlSettings => ({
  requester: { software: "colophon test", project: "test", contact: "owner@example.org" },
  scope: scopeOf({ scope: "domain:test", seeds: [] }),
  ports: [],
  pace: { minDelayMs: delayMs, maxDelayMs: delayMs },
  allowPrivate: true,
  connectTo: [connectToRuleOf(web.connectTo)],
});

interface Work {
  readonly urls: Promise<number | null>;
  readonly ends: EndedTurn[];
}

/** A worker that is given the turn; several may be, and share what was delivered. */
function worker(web: LoopbackWeb, turn: Turn, ends: EndedTurn[] = [], signal: AbortSignal = never): Work {
  const settings = settingsFor(web);
  const done = async (): Promise<number | null> => {
    await using own = webOf(settings);
    const ask = turnAskOf(turnAskBytes({ turn, notes: [], aheadMs: 0 }));
    return leasedTurn(
      ask,
      { settings, web: own, scripts: redis.scripts, leaseMs, signal },
      {
        isOver: async () => ends.length > 0,
        deliver: async (end) => void ends.push(turnResultOf(turnResultBytes(end), turn)),
      },
    );
  };
  return { urls: done(), ends };
}

function assertOneAtATime(web: LoopbackWeb, host: string): void {
  const seen = web.seen.filter((one) => one.host === host);
  for (const [at, one] of seen.entries()) {
    assert.equal(one.atOnce, 1, `${one.url} beside another`);
    const gapMs = one.beganMs - (seen[at - 1]?.beganMs ?? -Infinity) + 2;
    assert.ok(gapMs >= delayMs, `${one.url} came after ${gapMs} ms`);
  }
}

async function untilSeen(web: LoopbackWeb, requests: number): Promise<void> {
  while (web.seen.length < requests) await new Promise((resolve) => setTimeout(resolve, 5));
}

suite("a turn done for another process", () => {
  test("that is delivered twice is done once, by one worker, also when Redis forgets who has the host", async () => {
    await using web = await loopbackWeb((url) => pageOf(url, []));
    const turn = turnOf("twice.test", 15);
    const first = worker(web, turn);
    await untilSeen(web, 3);
    const second = worker(web, turn, first.ends);
    await untilSeen(web, 6);
    await redis.client.flushall();
    const third = worker(web, turn, first.ends);
    assert.deepEqual(await Promise.all([first.urls, second.urls, third.urls]), [15, null, null]);
    assertOneAtATime(web, "twice.test");
    assert.equal(web.seen.length, 17, "robots.txt, tdmrep.json and fifteen pages");
  });

  test("tells each place that it found once, and all that is to be noted and archived", async () => {
    await using web = await loopbackWeb((url) => pageOf(url, ["/a", "/b"]));
    const { urls, ends } = worker(web, turnOf("found.test", 3));
    assert.equal(await urls, 3);
    const [end] = ends;
    assert.ok(end);
    assert.deepEqual(
      end.found.map(({ url, depth }) => [url, depth]),
      ["a", "b"].map((path) => [`http://found.test/${path}`, 1]),
    );
    assert.deepEqual(
      [...end.outcomes.values()].map(({ kind }) => kind),
      ["done", "done", "done"],
    );
    assert.deepEqual(
      end.notes.map(([name]) => name),
      ["robots http://found.test", "tdmrep http://found.test"],
    );
    assert.ok(end.pieces.reduce((sum, { length }) => sum + length, 0) > 1000);
    assert.equal(end.ip, "127.0.0.1");
  });

  test("asks another host, that robots.txt is redirected to, only while it holds that one too", async () => {
    await using web = await loopbackWeb((url, _, response) => {
      if (url !== "from.test/robots.txt") return pageOf(url, []);
      response.writeHead(302, { location: "http://to.test/robots.txt" }).end();
      return null;
    });
    const [from, to] = [worker(web, turnOf("from.test", 3)), worker(web, turnOf("to.test", 3))];
    assert.deepEqual(await Promise.all([from.urls, to.urls]), [3, 3]);
    assertOneAtATime(web, "to.test");
    assert.equal(web.seen.filter(({ url }) => url === "to.test/robots.txt").length, 2);
  });

  test("keeps what it has when its worker is to stop, and leaves the rest", async () => {
    await using web = await loopbackWeb((url) => pageOf(url, []));
    const stop = new AbortController();
    const { urls, ends } = worker(web, turnOf("stopped.test", 15), [], stop.signal);
    await untilSeen(web, 4);
    stop.abort();
    const ended = await urls;
    assert.ok(ended !== null && ended >= 2 && ended < 15, `${ended} ended`);
    assert.equal(ends[0]?.outcomes.size, ended);
  });
});
