import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";

import { serveCrawl, type Fault } from "../../scripts/fixtures/common-crawl/serve-crawl.ts";
import { copyRecords } from "../../src/commoncrawl/copy-records.ts";
import { localFiles } from "../../src/commoncrawl/local-files.ts";
import { filesAt, never, nothing, shortPatience, smallCrawl, specIn, type SmallCrawl } from "./small-crawl.ts";

let small: SmallCrawl;
before(async () => {
  small = await smallCrawl();
});
after(() => small[Symbol.dispose]());

const folderFor = (name: string): string => join(small.path, name);

suite("a server that wants to be left alone", () => {
  const asking = async (
    fault: (number: number) => Fault | null,
    name: string,
  ): Promise<{ asked: readonly { atMs: number }[]; copying: PromiseSettledResult<unknown> }> => {
    await using served = await serveCrawl(small.folder, { fault: (_, number) => fault(number) });
    await using files = filesAt(served.base);
    const [copying] = await Promise.allSettled([
      copyRecords(specIn(small), { folder: folderFor(name), files, signal: never, onBytes: nothing }),
    ]);
    return { asked: served.asked, copying };
  };

  for (const status of [429, 503, 500]) {
    test(`with ${status} is asked again, no sooner than it says and than we promise`, async () => {
      const { asked, copying } = await asking(
        (number) => (number < 2 ? { status, headers: { "Retry-After": number === 0 ? "1" : "0" } } : null),
        `busy-${status}`,
      );
      assert.equal(copying.status, "fulfilled");
      assert.ok((asked[1]?.atMs ?? 0) - (asked[0]?.atMs ?? 0) >= 999, "Retry-After was not honoured");
      assert.ok((asked[2]?.atMs ?? 0) - (asked[1]?.atMs ?? 0) >= shortPatience.retryGapMs - 1);
    });
  }

  test("with 403 is asked once and never again, and the words say what to do", async () => {
    const { asked, copying } = await asking(() => ({ status: 403 }), "forbidden");
    assert.equal(asked.length, 1);
    assert.ok(copying.status === "rejected");
    assert.deepEqual([copying.reason.code, /blocks for a day/.test(copying.reason.message)], ["source-refused", true]);
  });

  test("that stays busy is given up after as many tries as there is patience for, and the next run goes on", async () => {
    const { asked, copying } = await asking(() => ({ status: 503 }), "stays-busy");
    assert.equal(asked.length, shortPatience.tries);
    assert.ok(copying.status === "rejected" && copying.reason.code === "source-unreachable");
    const { path } = await copyRecords(specIn(small), {
      folder: folderFor("stays-busy"),
      files: localFiles(small.folder),
      signal: never,
      onBytes: nothing,
    });
    assert.ok(path !== null);
  });

  test("for longer than we would wait is not waited for", async () => {
    const { asked, copying } = await asking(() => ({ status: 503, headers: { "Retry-After": "86400" } }), "tomorrow");
    assert.equal(asked.length, 1);
    assert.ok(copying.status === "rejected" && /left alone for 86400 s/.test(copying.reason.message));
  });

  test("that redirects, or gives no ranges, is refused with words", async () => {
    const moved = await asking(() => ({ status: 302, headers: { Location: "http://127.0.0.1:1/" } }), "moved");
    assert.ok(moved.copying.status === "rejected" && moved.copying.reason.code === "source-refused");
    const whole = await asking(() => ({ status: 200 }), "no-ranges");
    assert.ok(whole.copying.status === "rejected" && /no byte ranges/.test(whole.copying.reason.message));
  });
});
