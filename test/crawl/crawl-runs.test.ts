import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { suite, test } from "node:test";

import { crawlOnce, crawlPlace, recordsIn, urlsOf } from "./crawl-in-process.ts";
import { loopbackWeb, pageOf } from "./loopback-web.ts";

suite("a crawl in several runs and files", () => {
  test("ends at its budget, and when it is stopped goes on later with nothing asked for twice", async () => {
    const total = 60;
    await using web = await loopbackWeb((url) =>
      url === "a.test/"
        ? pageOf(
            "a",
            Array.from({ length: total }, (_, at) => `/${at}`),
          )
        : /\/\d+$/.test(url)
          ? pageOf(url, [])
          : null,
    );
    using place = crawlPlace();
    const budget = await crawlOnce(web, place, { seeds: ["http://a.test/"], budgets: { pages: 10 } });
    assert.equal(budget.counts.urls.done, 10);
    assert.equal(budget.counts.spent, "budget-pages");
    assert.equal(budget.interrupted, false);
    const stop = new AbortController();
    const stopped = await crawlOnce(web, place, {
      seeds: [],
      signal: stop.signal,
      onCommit: (done) => void (done > 15 && stop.abort()),
    });
    assert.equal(stopped.interrupted, true);
    assert.ok(stopped.counts.urls.done < total + 1);
    assert.equal(stopped.counts.urls.leased, 0);
    const rest = await crawlOnce(web, place, { seeds: [] });
    assert.equal(rest.counts.urls.done, total + 1);
    assert.deepEqual(rest.recovery, { turns: 0, archiveBytes: 0 });
    assert.equal(new Set(web.seen.map(({ url }) => url)).size, web.seen.length);
    assert.equal(urlsOf(await recordsIn(place)).length, total + 2);
  });

  test("ends an archive file at its size and goes on in the next", async () => {
    await using web = await loopbackWeb((url) =>
      url === "a.test/"
        ? pageOf(
            "a",
            Array.from({ length: 40 }, (_, at) => `/${at}`),
          )
        : /\/\d+$/.test(url)
          ? pageOf(url.repeat(50), [])
          : null,
    );
    using place = crawlPlace();
    await crawlOnce(web, place, { seeds: ["http://a.test/"], rollBytes: 8_000 });
    const names = readdirSync(place.archives).toSorted();
    assert.ok(names.length > 2, names.join());
    assert.deepEqual(
      names,
      names.map((_, at) => `crawl-${String(at + 1).padStart(5, "0")}.warc.gz`),
    );
    const records = await recordsIn(place);
    assert.equal(records.filter(({ type }) => type === "warcinfo").length, names.length);
    assert.equal(urlsOf(records).length, 42);
  });
});
