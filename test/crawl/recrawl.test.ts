import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { crawlOnce, crawlPlace, recordsIn, type Recipe } from "./crawl-in-process.ts";
import { answersItself, loopbackWeb, pageOf, type LoopbackWeb } from "./loopback-web.ts";

interface Page {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly head?: string;
  readonly words?: string;
  readonly location?: string;
}

const noai = '<meta name="robots" content="noai">';
const reserved = '<meta name="tdm-reservation" content="1">';

/** What each page is on the first day and on the second, and what the second visit is to make of it. */
const pages: Readonly<Record<string, readonly [first: Page | null, second: Page | null, finding: string]>> = {
  same: [{}, {}, "unchanged"],
  corrected: [{ words: "wrong" }, { words: "right" }, "changed"],
  moved: [{}, { status: 301, location: "/new-place" }, "changed"],
  missing: [{}, null, "gone"],
  withdrawn: [{}, { status: 410 }, "gone"],
  "never-there": [null, null, "unchanged"],
  back: [null, {}, "changed"],
  "header-on-304": [
    { headers: { etag: '"1"' } },
    { headers: { etag: '"1"', "x-robots-tag": "noai" } },
    "unchanged opted-out",
  ],
  "still-on-304": [{ headers: { etag: '"1"', "x-robots-tag": "noai" } }, { headers: { etag: '"1"' } }, "unchanged"],
  "header-on-same": [{}, { headers: { "x-robots-tag": "noai" } }, "unchanged opted-out"],
  "usage-header": [{}, { headers: { "content-usage": "train-ai=n" } }, "unchanged opted-out"],
  "tdm-header": [{}, { headers: { "tdm-reservation": "1" } }, "unchanged opted-out"],
  "unreadable-header": [{}, { headers: { "tdm-reservation": "perhaps" } }, "unchanged opted-out"],
  "meta-robots": [{}, { head: noai }, "changed opted-out"],
  "meta-tdm": [{}, { head: reserved }, "changed opted-out"],
  "meta-of-agent": [{}, { head: '<meta name="gptbot" content="noai">' }, "changed opted-out"],
  "meta-of-another": [{}, { head: '<meta name="bingbot" content="noai">' }, "changed"],
  "not-refused": [{}, { head: '<meta name="robots" content="noindex">' }, "changed"],
  "opted-out-before": [{ head: noai, words: "old" }, { head: noai, words: "new" }, "changed"],
  "by-another-way": [{ head: noai }, { headers: { "x-robots-tag": "noai" } }, "changed"],
  "by-one-more": [{ head: noai }, { head: noai + reserved }, "changed opted-out"],
  "opts-in": [{ head: noai }, {}, "changed"],
  "new-place": [null, {}, "changed"],
};
const names = Object.keys(pages);
const refusedSignals = { refuse: ["tdm", "ai", "train-ai"], agents: ["*", "gptbot"], unreadable: "refuse" } as const;
const recipe: Recipe = { seeds: names.map((name) => `http://a.test/${name}`), refusedSignals, siteFiles: true };

function counted(finding: RegExp): number {
  return names.filter((name) => finding.test(pages[name]?.[2] ?? "")).length;
}

interface TwoDays extends LoopbackWeb {
  day: 0 | 1;
}

async function twoDays(robots: readonly [string, string] = ["", ""]): Promise<TwoDays> {
  const web = await loopbackWeb((url, request, response) => {
    if (url === "a.test/robots.txt") return robots[days.day];
    const page = url === "a.test/brand-new" && days.day === 1 ? {} : pages[url.slice("a.test/".length)]?.[days.day];
    if (page === undefined || page === null) return null;
    const { status = 200, headers = {}, head = "", words = url, location } = page;
    const isKnown = headers["etag"] !== undefined && request.headers["if-none-match"] === headers["etag"];
    const fields = { "content-type": "text/html", ...headers, ...(location === undefined ? {} : { location }) };
    response.writeHead(isKnown ? 304 : status, fields).end(isKnown ? undefined : pageOf(words, [], head));
    return answersItself(response);
  });
  const days: TwoDays = Object.assign(web, { day: 0 as const });
  return days;
}

const expected = {
  due: names.length,
  changed: counted(/^changed/),
  unchanged: counted(/^unchanged/),
  gone: counted(/^gone/),
  refused: 0,
  failed: 0,
  optedOut: counted(/opted-out/),
  added: 1,
};

suite("another visit of known pages", () => {
  test("counts those that changed, did not, are gone and opted out, and new ones", async () => {
    await using web = await twoDays();
    using place = crawlPlace();
    assert.equal((await crawlOnce(web, place, recipe)).recrawl, null);
    web.day = 1;
    const again = { ...recipe, seeds: ["http://a.test/brand-new"], recrawlBeforeMs: Date.now() + 60_000 };
    assert.deepEqual((await crawlOnce(web, place, again)).recrawl, expected);
    assert.equal((await crawlOnce(web, place, { ...recipe, seeds: [] })).recrawl, null, "it is over");
  });

  for (const name of names) {
    test(`finds of ${name}: ${pages[name]?.[2]}`, async () => {
      await using web = await twoDays();
      using place = crawlPlace();
      await crawlOnce(web, place, {
        ...recipe,
        seeds: [`http://a.test/${name}`],
        scope: `prefix:http://a.test/${name}`,
      });
      web.day = 1;
      const again: Recipe = {
        ...recipe,
        seeds: [],
        scope: `prefix:http://a.test/${name}`,
        recrawlBeforeMs: Date.now() + 60_000,
      };
      const { recrawl } = await crawlOnce(web, place, again);
      const found = Object.entries(recrawl ?? {}).flatMap(([key, count]) =>
        count === 0 || key === "due" ? [] : [key],
      );
      assert.deepEqual(found.join(" ").replace("optedOut", "opted-out"), pages[name]?.[2]);
    });
  }

  test("is counted over all the runs that it takes", async () => {
    await using web = await twoDays();
    using place = crawlPlace();
    await crawlOnce(web, place, recipe);
    web.day = 1;
    const more = { ...recipe, seeds: ["http://a.test/brand-new"] };
    const part = await crawlOnce(web, place, { ...more, budgets: { pages: 9 }, recrawlBeforeMs: Date.now() + 60_000 });
    const { due, changed, unchanged, gone } = part.recrawl ?? {};
    assert.equal(due, names.length);
    assert.ok((changed ?? 0) + (unchanged ?? 0) + (gone ?? 0) < names.length, "the first run did it all");
    assert.deepEqual((await crawlOnce(web, place, more)).recrawl, expected);
  });

  test("asks for robots.txt and tdmrep.json again, archives them, and counts pages that robots.txt closes now", async () => {
    await using web = await twoDays(["", "User-agent: *\nDisallow: /same\nDisallow: /missing\n"]);
    using place = crawlPlace();
    await crawlOnce(web, place, recipe);
    web.day = 1;
    const { recrawl } = await crawlOnce(web, place, { ...recipe, seeds: [], recrawlBeforeMs: Date.now() + 60_000 });
    assert.partialDeepStrictEqual(recrawl, { refused: 2, optedOut: expected.optedOut + 2, gone: expected.gone - 1 });
    const records = await recordsIn(place);
    for (const path of ["/robots.txt", "/.well-known/tdmrep.json"]) {
      assert.equal(web.seen.filter(({ url }) => url === `a.test${path}`).length, 2);
      const of = records.filter(({ type, url }) => type === "response" && url === `http://a.test${path}`);
      assert.equal(of.length, 2, path);
    }
  });

  test("remembers what a page reserved while its server only says that it has not changed", async () => {
    let visit = 0;
    await using web = await loopbackWeb((url, _, response) => {
      if (url !== "a.test/") return null;
      visit += 1;
      const headers = { "content-type": "text/html", etag: '"1"', ...(visit === 2 ? {} : { "x-robots-tag": "noai" }) };
      response.writeHead(visit === 2 ? 304 : 200, headers).end(visit === 2 ? undefined : pageOf(`visit ${visit}`, []));
      return answersItself(response);
    });
    using place = crawlPlace();
    const counts: (number | undefined)[] = [];
    await crawlOnce(web, place, { ...recipe, seeds: ["http://a.test/"] });
    for (const _ of [2, 3]) {
      const { recrawl } = await crawlOnce(web, place, { ...recipe, seeds: [], recrawlBeforeMs: Date.now() + 60_000 });
      counts.push(recrawl?.optedOut);
    }
    assert.deepEqual([visit, ...counts], [3, 0, 0]);
  });

  test("keeps the head of an answer that says that nothing has changed", async () => {
    await using web = await twoDays();
    using place = crawlPlace();
    await crawlOnce(web, place, recipe);
    web.day = 1;
    await crawlOnce(web, place, { ...recipe, seeds: [], recrawlBeforeMs: Date.now() + 60_000 });
    const records = await recordsIn(place);
    for (const [name, status] of [
      ["header-on-304", 304],
      ["header-on-same", 200],
    ] as const) {
      const revisit = records.find(({ type, url }) => type === "revisit" && url === `http://a.test/${name}`);
      assert.match(revisit?.block ?? "", new RegExp(`^HTTP/1.1 ${status} .*\r\nx-robots-tag: noai\r\n`, "is"));
    }
  });

  test("refers to the capture that holds the payload, however often the page is found unchanged", async () => {
    await using web = await twoDays();
    using place = crawlPlace();
    const seeds = ["http://a.test/same"];
    await crawlOnce(web, place, { ...recipe, seeds });
    for (const _ of [1, 2]) await crawlOnce(web, place, { ...recipe, seeds: [], recrawlBeforeMs: Date.now() + 60_000 });
    const records = (await recordsIn(place)).filter(({ url }) => url === seeds[0]);
    const original = records.find(({ type }) => type === "response");
    const revisits = records.filter(({ type }) => type === "revisit");
    assert.deepEqual(
      revisits.map(({ refersTo }) => refersTo),
      [original?.recordId, original?.recordId],
    );
  });
});
