import assert from "node:assert/strict";
import { cpSync, globSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { zstdDecompressSync } from "node:zlib";

import { fetchedBefore, oldWeb, unpackOldCorpus } from "../../scripts/fixtures/old-corpus.ts";
import { ownBuild } from "../../src/core/build/build.ts";
import { loopbackWeb } from "../crawl/loopback-web.ts";
import { archiveOfPages } from "../fixtures/archive-of-pages.ts";
import { startRedis } from "../fixtures/redis-server.ts";
import { manifestOf, runColophon, startColophon, temporaryFolder } from "../fixtures/run-colophon.ts";

const fixture = readFileSync(new URL("../fixtures/corpus-0.1.0.zst", import.meta.url));
const pagesSql =
  "SELECT count(*) AS n FROM captures WHERE url NOT LIKE '%/robots.txt' AND url NOT LIKE '%/tdmrep.json'";

const otherThanWords = (name: string, value: unknown): unknown => (name === "words" ? 0 : value);

suite("a corpus made by commit d4b8c5e", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let corpus = "";
  before(() => {
    folder = temporaryFolder();
    unpackOldCorpus(fixture, folder.path);
    corpus = join(folder.path, "corpus");
  });
  after(() => folder[Symbol.dispose]());

  const texts = (): Buffer => readFileSync(join(corpus, "manifest/text/00000.jsonl.zst"));
  const rows = (): readonly Readonly<Record<string, unknown>>[] =>
    zstdDecompressSync(readFileSync(join(corpus, "manifest/documents.jsonl.zst")))
      .toString("utf8")
      .split("\n")
      .flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Readonly<Record<string, unknown>>]));
  const archive = (): string => join(corpus, "archives/crawl-00001.warc.gz");

  test("has its captures, segments and archive known: nothing of it is read again", async () => {
    const { status, out, err } = await runColophon("ingest", archive(), "--corpus", corpus, "--no-publish", "--json");
    assert.equal(status, 0, err);
    const { ingest } = JSON.parse(out) as { ingest: { alreadyRead: number; slices: number } };
    assert.deepEqual([ingest.alreadyRead, ingest.slices], [1, 0]);
  });

  test("is published again with the same texts and rows, in which symbols are no longer counted as words; what was not recorded then is unknown", async () => {
    const before = { texts: texts(), rows: rows(), manifest: manifestOf(corpus) };
    const { status, err } = await runColophon("publish", "--corpus", corpus);
    assert.equal(status, 0, err);
    const { funnel, sources, totals, builds } = manifestOf(corpus);
    assert.ok(funnel.kept > 1);
    assert.ok(texts().equals(before.texts));
    assert.equal(rows().length, before.rows.length);
    for (const [index, row] of rows().entries()) {
      const same = (value: unknown): object => JSON.parse(JSON.stringify(value, otherThanWords)) as object;
      assert.partialDeepStrictEqual(same(row), same(before.rows[index]));
    }
    const was = before.manifest;
    assert.deepEqual({ funnel, sources }, { funnel: was.funnel, sources: was.sources });
    assert.ok(totals.words < was.totals.words);
    assert.deepEqual(builds, [{ id: null, documents: funnel.kept, revisions: null }]);
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
    assert.match(out, /measured by  colophon 0\.1\.0, a build that was not recorded/);
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

  test("has status name what was measured by a build that was not recorded, and what to do", async () => {
    const { status, out, err } = await runColophon("status", "--corpus", corpus);
    assert.equal(status, 0, err);
    assert.match(out, /build +not recorded: 1 slices of 1 archives, 4 documents/);
    assert.match(out, /colophon ingest --remeasure/);
  });
});

suite("ingest --remeasure on such a corpus", () => {
  const filesOfManifest = ["manifest.json", "documents.jsonl.zst", "SHA256SUMS", "text/00000.jsonl.zst"];
  const manifestBytes = (corpus: string): Buffer =>
    Buffer.concat(filesOfManifest.map((name) => readFileSync(join(corpus, "manifest", name))));

  /** An old corpus, and one that this program makes of its archives alone. */
  async function twoCorpora(
    folder: string,
  ): Promise<{ readonly old: string; readonly archive: string; readonly fresh: string }> {
    unpackOldCorpus(fixture, folder);
    const old = join(folder, "corpus");
    const archive = join(old, "archives/crawl-00001.warc.gz");
    // Of the same name, since manifests state it.
    const fresh = join(folder, "fresh/corpus");
    const { status, err } = await runColophon("ingest", archive, "--corpus", fresh);
    assert.equal(status, 0, err);
    // The default policy of today says more.
    cpSync(join(fresh, "policy.yaml"), join(old, "policy.yaml"));
    return { old, archive, fresh };
  }

  test("gives the manifest that this program makes of the same archives, and nothing is left to measure again", async () => {
    using folder = temporaryFolder();
    const { old, fresh } = await twoCorpora(folder.path);
    const { status, err } = await runColophon("ingest", "--remeasure", "--corpus", old);
    assert.equal(status, 0, err);
    assert.ok(manifestBytes(old).equals(manifestBytes(fresh)));
    const [build] = manifestOf(old).builds ?? [];
    assert.deepEqual(build?.revisions, ownBuild.revisions);
    assert.equal(globSync("segments/**/*.segment", { cwd: old }).length, 1);
    const state = await runColophon("status", "--corpus", old);
    assert.doesNotMatch(state.out, /build/);
    const again = await runColophon("ingest", "--remeasure", "--json", "--corpus", old);
    assert.equal(again.status, 0, again.err);
    assert.equal((JSON.parse(again.out) as { ingest: { slices: number } }).ingest.slices, 0);
    assert.ok(manifestBytes(old).equals(manifestBytes(fresh)));
    assert.equal((await runColophon("verify", old)).status, 0);
  });

  test("names an archive that is gone, leaves what is known of it, and takes the path of one that is named", async () => {
    using folder = temporaryFolder();
    const { old, archive, fresh } = await twoCorpora(folder.path);
    const elsewhere = join(folder.path, "elsewhere.warc.gz");
    renameSync(archive, elsewhere);
    const left = await runColophon("ingest", "--remeasure", "--corpus", old);
    assert.equal(left.status, 3, left.err);
    assert.match(left.err, /crawl-00001\.warc\.gz .* is not at .*; name its path/s);
    assert.match((await runColophon("status", "--corpus", old)).out, /build +not recorded: 1 slices/);
    const { status, err } = await runColophon("ingest", elsewhere, "--remeasure", "--corpus", old);
    assert.equal(status, 0, err);
    assert.ok(manifestBytes(old).equals(manifestBytes(fresh)));
  });

  test("leaves an archive that is not named as it was measured, and publishing says that builds differ", async () => {
    using folder = temporaryFolder();
    const { old } = await twoCorpora(folder.path);
    const more = join(folder.path, "more.warc.gz");
    writeFileSync(more, archiveOfPages("example.org", 0, 3));
    const { status, err } = await runColophon("ingest", more, "--remeasure", "--corpus", old);
    assert.equal(status, 0, err);
    assert.match(err, /measured by 2 builds, 4 by one that was not recorded, 3 by [0-9a-f]{16}/);
    const { builds = [], totals } = manifestOf(old);
    assert.deepEqual(
      builds.map(({ id }) => id),
      [null, ownBuild.id],
    );
    assert.equal(
      builds.reduce((sum, { documents }) => sum + documents, 0),
      totals.documents,
    );
  });

  test("does it by workers of the same build too", async () => {
    using folder = temporaryFolder();
    const { old, fresh } = await twoCorpora(folder.path);
    await using redis = await startRedis();
    const shared = ["--redis", redis.url, "--store", join(folder.path, "store")];
    const worker = startColophon(["worker", ...shared]);
    try {
      const { status, err } = await runColophon("ingest", "--remeasure", "--corpus", old, ...shared);
      assert.equal(status, 0, err);
    } finally {
      worker.kill();
    }
    assert.ok(manifestBytes(old).equals(manifestBytes(fresh)));
  });
});
