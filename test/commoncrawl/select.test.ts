import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";

import { serveCrawl } from "../../scripts/fixtures/common-crawl/serve-crawl.ts";
import { openCommonCrawl, type CommonCrawlAccess } from "../../src/commoncrawl/access.ts";
import { selectFromCommonCrawl, type CommonCrawlSelection, type Selected } from "../../src/commoncrawl/select.ts";
import { crawl, never, nothing, shortPatience, smallCrawl, type SmallCrawl } from "./small-crawl.ts";

let small: SmallCrawl;
before(async () => {
  small = await smallCrawl();
});
after(() => small[Symbol.dispose]());

const everything: CommonCrawlSelection = {
  crawl,
  match: [],
  languages: [],
  mimes: [],
  limit: null,
  index: "columnar",
  list: null,
  whole: false,
  withRobots: false,
};

async function selected(base: string, selection: Partial<CommonCrawlSelection>): Promise<Selected> {
  const access: CommonCrawlAccess = {
    base,
    indexBase: base.startsWith("http") ? base : null,
    requester: { software: "colophon 0", project: "test", contact: null },
    allowPrivate: true,
    connectTo: [],
    connections: 2,
    patience: shortPatience,
  };
  await using source = openCommonCrawl(access);
  return selectFromCommonCrawl(source, { ...everything, ...selection }, { signal: never, onSelected: nothing });
}

function pageFiles(): string[] {
  return small.made.files.filter((path) => path.includes("/warc/"));
}

suite("a selection from a crawl", () => {
  test("names whole files by a list that lies here, on a server or in the crawl, or by the crawl alone", async () => {
    await using served = await serveCrawl(small.folder);
    const list = join(small.path, "warc.paths");
    writeFileSync(list, `${pageFiles().join("\n")}\n`);
    const inCrawl = `crawl-data/${crawl}/warc.paths.gz`;
    for (const selection of [
      { list },
      { list: `${served.base}${inCrawl}` },
      { list: inCrawl, crawl: null },
      { whole: true },
      { whole: true, match: ["*.example"] },
    ]) {
      const { groups } = await selected(served.base, selection);
      assert.deepEqual(
        groups,
        pageFiles().map((file) => ({ crawl, file, rows: null })),
      );
    }
    assert.equal((await selected(served.base, { list, limit: 1 })).groups.length, 1);
  });

  test("is the same by both indexes, in the order of files and places, each place once", async () => {
    await using served = await serveCrawl(small.folder, { pageLines: 7 });
    for (const more of [{}, { languages: ["en", "deu"] }, { mimes: ["application/xml"] }, { withRobots: true }]) {
      const match = ["*.example", "encyclopedia.example/*"];
      const byColumns = await selected(served.base, { ...more, match });
      const byServer = await selected(served.base, { ...more, match, index: "cdx" });
      assert.deepEqual(byServer, byColumns);
      assert.ok(byColumns.groups.length > 0);
      for (const { file, rows } of byColumns.groups) {
        const offsets = rows?.map(({ offset }) => offset) ?? [];
        assert.deepEqual(
          offsets,
          [...new Set(offsets)].toSorted((a, b) => a - b),
        );
        assert.ok(rows?.every(({ filename }) => filename === file) === true);
      }
    }
  });

  test("brings, when asked, the robots.txt of the hosts selected and of no other", async () => {
    const { groups } = await selected(small.folder, { match: ["encyclopedia.example/*"], withRobots: true });
    const robots = groups.flatMap(({ rows }) => rows ?? []).filter(({ subset }) => subset === "robotstxt");
    assert.deepEqual(
      robots.map(({ url }) => url),
      ["https://encyclopedia.example/robots.txt"],
    );
  });

  test("is refused with words where it cannot be made", async () => {
    await using served = await serveCrawl(small.folder);
    const cases = [
      [{ crawl: "../CC-MAIN" }, "usage"],
      [{ crawl: null }, "usage"],
      [{ index: "cdx" }, "usage"],
      [{ languages: ["english"] }, "usage"],
      [{ crawl: "CC-MAIN-1999-01" }, "index-broken"],
      [{ list: "crawl-data/none.gz" }, "index-broken"],
    ] as const;
    for (const [selection, code] of cases) {
      await assert.rejects(selected(served.base, selection), { code }, JSON.stringify(selection));
    }
    const list = join(small.path, "evil.paths");
    writeFileSync(list, "crawl-data/../../../etc/passwd\n");
    await assert.rejects(selected(served.base, { list }), { code: "index-broken", message: /no path of a crawl/ });
  });

  test("by a server that answers with something else is named as broken", async () => {
    await using page = await serveCrawl(small.folder, { fault: () => ({ status: 200 }) });
    const asked = { index: "cdx", match: ["*.example"] } as const;
    await assert.rejects(selected(page.base, asked), { code: "index-broken", message: /is it an index server/ });
    await using none = await serveCrawl(small.folder, { fault: () => ({ status: 404 }) });
    assert.deepEqual(await selected(none.base, asked), { groups: [], refused: [] });
  });
});
