import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";

import { loopbackWeb, type LoopbackWeb } from "../crawl/loopback-web.ts";
import { archiveOfPages, sentences } from "../fixtures/archive-of-pages.ts";
import { manifestOf, runColophon, temporaryFolder } from "../fixtures/run-colophon.ts";

/** A licensed site of a few pages with a part that robots.txt closes, and a second site that it leads to. */
function licensedWeb(): Promise<LoopbackWeb> {
  return loopbackWeb((url) => {
    if (url.endsWith("/robots.txt")) return "User-agent: *\nDisallow: /private/\n";
    const at = ["a.test/", "a.test/1", "a.test/2", "b.test/"].indexOf(url);
    if (at < 0) return null;
    const links = ["/1", "/2", "/private/x", "http://b.test/", "http://c.example/"];
    const anchors = links.map((href) => `<a href="${href}">more</a>`).join(" ");
    const licence = '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>';
    return `<!DOCTYPE html><html lang="en"><head><title>Page ${at}</title></head><body><main><p>${sentences(at * 50, 30)}</p></main><footer>${anchors} ${licence}</footer></body></html>`;
  });
}

const local = (web: LoopbackWeb): string[] => ["--allow-private", "--connect-to", web.connectTo, "--delay", "0"];

suite("crawl", () => {
  test("goes from a seed to a manifest that verifies, and does nothing when it is run again", async () => {
    await using web = await licensedWeb();
    using folder = temporaryFolder();
    const corpus = join(folder.path, "corpus");
    const args = ["crawl", "http://a.test/", "--scope", "domain:test", "--corpus", corpus, ...local(web)];
    const first = await runColophon(...args);
    assert.equal(first.status, 0, first.err);
    assert.match(first.out, /Crawl +6 fetched now/);
    // Its one archive was measured beside the crawl: what is shown last counts it all the same.
    const shown = first.err.split("\n").filter((line) => line.startsWith("measure: "));
    assert.match(shown.at(-1) ?? "", /^measure: 100 %, .* 10 captures, 4 documents, /);
    assert.match(first.out, /refused: robots-disallowed/);
    const { root, totals, sources } = manifestOf(corpus);
    assert.equal(totals.documents, 4);
    assert.deepEqual(
      sources.map(({ name }) => name),
      ["crawl-00001.warc.gz"],
    );
    assert.equal((await runColophon("verify", corpus)).status, 0);

    const requests = web.seen.length;
    const second = await runColophon(...args);
    assert.equal(second.status, 0, second.err);
    assert.equal(web.seen.length, requests);
    assert.equal(manifestOf(corpus).root, root);

    const status = await runColophon("status", "--corpus", corpus);
    assert.match(status.out, /crawl +2 hosts: 6 visited, 0 waiting, 2 refused, 0 failed/);
    assert.match(status.out, /robots-disallowed/);
  });

  test("says what it would do, and asks nobody for anything", async () => {
    await using web = await licensedWeb();
    using folder = temporaryFolder();
    const corpus = join(folder.path, "corpus");
    await runColophon("crawl", "http://a.test/", "--max-pages", "1", "--corpus", corpus, "--no-ingest", ...local(web));
    const requests = web.seen.length;
    const dry = await runColophon("crawl", "http://a.test/", "--corpus", corpus, "--deny", "*/2", "--dry-run");
    assert.equal(dry.status, 0, dry.err);
    assert.deepEqual(dry.out.trim().split("\n"), [
      "fetch  http://a.test/1",
      "skip   http://a.test/2  (scope-denied)",
      "skip   http://a.test/private/x  (robots-disallowed)",
    ]);
    assert.equal(web.seen.length, requests);
  });

  test("says before the first page of a host whether it would ask for tdmrep.json", async () => {
    await using web = await licensedWeb();
    using folder = temporaryFolder();
    const corpus = join(folder.path, "corpus");
    const dry = (...more: string[]): ReturnType<typeof runColophon> =>
      runColophon("crawl", "http://a.test/", "http://a.test/1", "--corpus", corpus, "--dry-run", ...more);
    const pages = ["fetch  http://a.test/  (robots-unknown)", "fetch  http://a.test/1  (robots-unknown)"];
    const both = await dry();
    assert.deepEqual(both.out.trim().split("\n"), [
      "fetch  http://a.test/.well-known/tdmrep.json  (robots-unknown)",
      ...pages,
    ]);
    assert.deepEqual((await dry("--no-site-files")).out.trim().split("\n"), pages);
    assert.equal(web.seen.length, 0);
  });

  test("that may not begin leaves no seed behind", async () => {
    await using web = await licensedWeb();
    using folder = temporaryFolder();
    const corpus = join(folder.path, "corpus");
    assert.equal((await runColophon("crawl", "http://c.example/", "--corpus", corpus)).status, 2);
    assert.equal(
      (await runColophon("crawl", "http://a.test/", "--scope", "moon", "--corpus", corpus, ...local(web))).status,
      2,
    );
    const run = await runColophon("crawl", "http://b.test/", "--corpus", corpus, "--no-ingest", ...local(web));
    assert.equal(run.status, 0, run.err);
    assert.deepEqual([...new Set(web.seen.map(({ host }) => host))], ["b.test"]);
  });

  test("wants to be told whom site owners can write to, before it asks for anything", async () => {
    using folder = temporaryFolder();
    const run = await runColophon("crawl", "http://a.example/", "--corpus", join(folder.path, "corpus"));
    assert.equal(run.status, 2);
    assert.match(run.err, /--contact/);
  });
});

suite("run", () => {
  test("does all that corpus.yaml says, from a crawl and an archive to one manifest", async () => {
    await using web = await licensedWeb();
    using folder = temporaryFolder();
    const corpus = join(folder.path, "corpus");
    mkdirSync(corpus);
    writeFileSync(join(folder.path, "other.warc.gz"), archiveOfPages("other.example", 500, 5, 4));
    writeFileSync(join(corpus, "seeds.txt"), "# the seeds\nhttp://a.test/\n");
    writeFileSync(
      join(corpus, "corpus.yaml"),
      `name: recipe\nacquire:\n  crawl:\n    seeds: [seeds.txt]\n    scope: domain:test\n    delaySeconds: 0\n    allowPrivate: true\n    connectTo: ["${web.connectTo}"]\n  archives: ["../*.warc.gz"]\n`,
    );
    const run = await runColophon("run", join(corpus, "corpus.yaml"));
    assert.equal(run.status, 0, run.err);
    const names = manifestOf(corpus).sources.map(({ name }) => name);
    assert.deepEqual(names.toSorted(), ["crawl-00001.warc.gz", "other.warc.gz"]);
    assert.equal((await runColophon("verify", corpus)).status, 0);
    const requests = web.seen.length;
    assert.equal((await runColophon("run", corpus)).status, 0);
    assert.equal(web.seen.length, requests);
  });

  test("names the place in corpus.yaml of what is wrong", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "corpus.yaml");
    const cases = [
      { text: "acquire:\n  crawl:\n    seeds: []\n", place: /acquire\.crawl\.seeds/ },
      { text: "acquire:\n  crawl:\n    seeds: [a]\n    scope: moon\n", place: /acquire\.crawl\.scope/ },
      { text: "acquire:\n  crawl:\n    seeds: [a]\n    delay: 3\n", place: /acquire\.crawl.*delay/ },
      { text: "", place: /acquire names neither/ },
    ];
    for (const { text, place } of cases) {
      writeFileSync(path, `name: wrong\n${text}`);
      const run = await runColophon("run", path);
      assert.equal(run.status, 6, run.err);
      assert.match(run.err, place);
    }
  });
});
