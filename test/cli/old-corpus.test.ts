import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { zstdDecompressSync } from "node:zlib";

import { fetchedBefore, oldWeb, unpackOldCorpus } from "../../scripts/fixtures/old-corpus.ts";
import type { ManifestRow } from "../../src/manifest/manifest-row.ts";
import { loopbackWeb } from "../crawl/loopback-web.ts";
import { manifestOf, runColophon, temporaryFolder } from "../fixtures/run-colophon.ts";

const fixture = readFileSync(new URL("../fixtures/corpus-0.1.0.zst", import.meta.url));
const pagesSql = "SELECT count(*) AS n FROM captures WHERE url NOT LIKE '%/robots.txt'";

suite("a corpus made by commit d4b8c5e", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let corpus = "";
  before(() => {
    folder = temporaryFolder();
    unpackOldCorpus(fixture, folder.path);
    corpus = join(folder.path, "corpus");
  });
  after(() => folder[Symbol.dispose]());

  const rowsOfManifest = (): readonly ManifestRow[] =>
    zstdDecompressSync(readFileSync(join(corpus, "manifest/documents.jsonl.zst")))
      .toString("utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as ManifestRow);
  const archive = (): string => join(corpus, "archives/crawl-00001.warc.gz");

  test("has its captures, segments and archive known: nothing of it is read again", async () => {
    const { status, out, err } = await runColophon("ingest", archive(), "--corpus", corpus, "--no-publish", "--json");
    assert.equal(status, 0, err);
    const { ingest } = JSON.parse(out) as { ingest: { alreadyRead: number; slices: number } };
    assert.deepEqual([ingest.alreadyRead, ingest.slices], [1, 0]);
  });

  test("is published again with the same rows, in which symbols are no longer counted as words", async () => {
    const before = rowsOfManifest();
    const { status, err } = await runColophon("publish", "--corpus", corpus);
    assert.equal(status, 0, err);
    assert.ok(manifestOf(corpus).funnel.kept > 1);
    const after = rowsOfManifest();
    assert.equal(after.length, before.length);
    for (const [index, { text, ...row }] of before.entries()) {
      const { text: textNow, ...now } = after[index] ?? assert.fail();
      // That version had fewer fields, and counted symbols as words.
      assert.partialDeepStrictEqual(now, row);
      assert.deepEqual({ ...textNow, words: 0 }, { ...text, words: 0 });
      assert.ok(textNow.words < text.words);
    }
  });

  test("verifies down to its archived bytes", async () => {
    const { status, out, err } = await runColophon("verify", corpus);
    assert.equal(status, 0, out + err);
    assert.match(out, /nothing that disagrees/);
  });

  test("says of each page why it was kept or refused", async () => {
    const { status, out, err } = await runColophon("explain", "http://one.test/", "--corpus", corpus);
    assert.equal(status, 0, err);
    assert.match(out, /kept/);
    assert.match(out, /CC-BY-4\.0/);
  });

  test("goes on with its crawl where it was, and asks for no page twice", async () => {
    await using web = await loopbackWeb((url) => oldWeb.get(url) ?? null);
    const here = ["--connect-to", web.connectTo, "--allow-private", "--delay", "0", "--contact", "a@b.test"];
    const { status, err } = await runColophon("crawl", "--max-pages", "100", "--corpus", corpus, ...here);
    assert.equal(status, 0, err);
    const asked = web.seen.map(({ url }) => url).filter((url) => oldWeb.has(url));
    assert.equal(new Set(asked).size, asked.length);
    assert.equal(asked.length, oldWeb.size - fetchedBefore);
    const query = await runColophon("query", pagesSql, "--corpus", corpus, "--json");
    assert.match(query.out, new RegExp(`"n": ?${oldWeb.size}\\b`), query.out + query.err);
  });
});
