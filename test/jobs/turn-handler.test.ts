import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { serveSmallWeb } from "../../scripts/fixtures/serve-small-web.ts";
import type { LoopbackWeb } from "../crawl/loopback-web.ts";
import { allUrls, assertPolite, delayMs, politeWeb, seeds } from "./polite-web.ts";
import { capturesOf, crawled, workshop, type Crawled, type Workshop } from "./shared-crawl.ts";

const hourMs = 3_600_000;
let shop: Workshop;
before(async () => {
  shop = await workshop([hourMs, -hourMs, 0, 0]);
});
after(async () => shop[Symbol.asyncDispose]());

suite("a crawl whose turns are done by four worker processes", () => {
  test("gives the same captures as one of a single process, and leaves nothing in the store", async () => {
    await using web = await serveSmallWeb();
    const request = { seeds: web.seeds, connectTo: [`::127.0.0.1:${web.port}`] };
    const here = await crawled(shop.folder, "same", request, null);
    const elsewhere = await crawled(shop.folder, "shared", request, shop.shared);
    const expected = await contentsOf(here);
    assert.deepEqual(await contentsOf(elsewhere), expected);
    assert.ok(expected.length > 50);
    assert.deepEqual(elsewhere.report.counts.urls, here.report.counts.urls);
    assert.deepEqual(elsewhere.report.counts.reasons, here.report.counts.reasons);
    assert.deepEqual(
      elsewhere.report.counts.refusedLinks.map(({ reason, links }) => [reason, links]),
      here.report.counts.refusedLinks.map(({ reason, links }) => [reason, links]),
    );
    assert.deepEqual(await Array.fromAsync(shop.store.list("turns/")), []);
  });

  test("is polite, and dated by the clock of who asks for it, when the workers' clocks are an hour off", async () => {
    await using web = await politeWeb();
    const beganMs = Date.now();
    const { corpus, report } = await crawledPolitely(web, "clocks");
    assertPolite(web);
    await assertWhole({ corpus, report });
    for (const capture of await capturesOf(corpus)) {
      const dateMs = Date.parse(capture.dated);
      assert.ok(Math.abs(dateMs - beganMs) < 120_000, `${capture.url} is dated ${capture.dated}`);
    }
  });

  test("asks again for known pages and for what their sites say, archives that too, and counts what it finds", async () => {
    await using web = await politeWeb();
    const request = { seeds: seeds.slice(0, 2), connectTo: [web.connectTo], followSitemaps: false };
    await crawled(shop.folder, "again", request, shop.shared);
    const again = { ...request, recrawlBeforeMs: Date.now() + 60_000 };
    const { corpus, report } = await crawled(shop.folder, "again", again, shop.shared);
    const due = 24;
    const none = { changed: 0, gone: 0, refused: 0, failed: 0, optedOut: 0, added: 0 };
    assert.deepEqual(report.recrawl, { ...none, due, unchanged: due });
    const sites = (await capturesOf(corpus)).map(({ url }) => url).filter((url) => siteFile.test(url));
    const ofSeeds = allUrls.filter((url) => siteFile.test(url) && /^http:..[ab]/.test(url));
    const twice = [...ofSeeds, ...ofSeeds];
    assert.deepEqual(sites, twice.toSorted());
  });

  test("is whole and polite although workers are killed at any moment", async () => {
    await using web = await politeWeb();
    const kills = await during(crawledPolitely(web, "kills"), 6, async (at) => {
      shop.workers[at % 4]?.current().kill("SIGKILL");
    });
    assertPolite(web);
    await assertWhole(kills.crawled);
    assert.ok(kills.times > 2, `only ${kills.times} were killed`);
  });

  test("is whole and polite although workers stand still, are taken for dead, and go on", async () => {
    await using web = await politeWeb();
    const stops = await during(crawledPolitely(web, "stops"), 3, async (at) => {
      const child = shop.workers[at % 4]?.current();
      child?.kill("SIGSTOP");
      // Until its leases are over and its jobs are in other hands.
      await pause(1800);
      child?.kill("SIGCONT");
    });
    assertPolite(web);
    await assertWhole(stops.crawled);
  });

  test("is whole and polite although Redis forgets everything, and is gone for a while, in its middle", async () => {
    await using web = await politeWeb();
    const losses = await during(crawledPolitely(web, "losses"), 4, async (at) => {
      if (at % 2 === 0) await shop.connection.client.flushall();
      else {
        await shop.redis.kill();
        await pause(300);
        await shop.redis.start();
      }
    });
    assertPolite(web);
    await assertWhole(losses.crawled);
    assert.ok(losses.times > 1, `Redis forgot only ${losses.times} times`);
  });
});

async function contentsOf({ corpus }: Crawled): Promise<string[]> {
  return (await capturesOf(corpus)).map(({ url, payloadDigest }) => `${url} ${payloadDigest}`);
}

async function crawledPolitely(web: LoopbackWeb, name: string): Promise<Crawled> {
  const request = { seeds, connectTo: [web.connectTo], delayMs, followSitemaps: false };
  return crawled(shop.folder, name, request, shop.shared);
}

/** Does harm every now and then while the work lasts, at most so many times. */
async function during(
  work: Promise<Crawled>,
  most: number,
  harm: (at: number) => Promise<void>,
): Promise<{ readonly crawled: Crawled; readonly times: number }> {
  let isOver = false;
  const over = work.finally(() => (isOver = true));
  over.catch(() => undefined);
  let times = 0;
  while (times < most) {
    await pause(200 + Math.random() * 400);
    if (isOver) break;
    await harm(times);
    times += 1;
  }
  return { crawled: await over, times };
}

const siteFile = /\/robots\.txt$|\/\.well-known\//;

/** Every page, and what each site says for all of them, is in the archives exactly once, whatever was asked for again. */
async function assertWhole({ corpus, report }: Crawled): Promise<void> {
  const urls = (await capturesOf(corpus)).map(({ url }) => url);
  const sitesAside = urls.filter((url) => !url.endsWith("/robots.txt"));
  assert.deepEqual(sitesAside, allUrls.filter((url) => !url.endsWith("/robots.txt")).toSorted());
  const pages = urls.filter((url) => !siteFile.test(url));
  assert.deepEqual(report.counts.urls, { waiting: 0, leased: 0, done: pages.length, refused: 0, failed: 0 });
}
