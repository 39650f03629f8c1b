import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";

import { recordBytes, recordUrn } from "../../src/warc/write.ts";
import { archiveOfPages, pageHtml, responseMember, sentences } from "../fixtures/archive-of-pages.ts";
import { ended, manifestOf, runColophon, startColophon, temporaryFolder } from "../fixtures/run-colophon.ts";

function smallSlices(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "corpus.yaml"), "name: corpus\nsliceBytes: 65536\n");
  return folder;
}

suite("ingest", () => {
  test("gives the same manifest bytes for one worker and for three, and for files in any order", async () => {
    using folder = temporaryFolder();
    const files = [0, 1, 2].map((part) => {
      const path = join(folder.path, `part-${part}.warc.gz`);
      writeFileSync(path, archiveOfPages(`host-${part}.example`, part * 40, 60, 4));
      return path;
    });
    const one = smallSlices(join(folder.path, "one"));
    const three = smallSlices(join(folder.path, "three"));
    const runs = [
      await runColophon("ingest", ...files, "--corpus", one, "--workers", "1"),
      await runColophon("ingest", ...files.toReversed(), "--corpus", three, "--workers", "3"),
    ];
    for (const { status, err } of runs) assert.equal(status, 0, err);
    const [first, second] = [one, three].map((corpus) =>
      readFileSync(join(corpus, "manifest", "manifest.json"), "utf8"),
    );
    assert.equal(first, second);
    assert.ok(manifestOf(one).totals.documents > 100);
  });

  test("finds the same captures however a file is cut, even where a record holds an archive of its own", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "nested.warc");
    const raw = (url: string, type: string, body: Buffer): Buffer => {
      const block = Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n\r\n`), body]);
      const id = recordUrn(createHash("sha256").update(url).digest("hex"));
      return recordBytes({ type: "response", id, dateMs: 0, url, contentType: "application/http", block });
    };
    const page = (seed: number): Buffer => raw(`https://example.org/${seed}`, "text/html", Buffer.from(pageHtml(seed)));
    const inner = Buffer.concat(Array.from({ length: 150 }, (_, seed) => page(1000 + seed)));
    writeFileSync(
      file,
      Buffer.concat([page(1), raw("https://example.org/inner.warc", "application/warc", inner), page(2), page(3)]),
    );
    const roots = [];
    for (const sliceBytes of [65536, 1 << 24]) {
      const corpus = join(folder.path, `slices-of-${sliceBytes}`);
      mkdirSync(corpus);
      writeFileSync(join(corpus, "corpus.yaml"), `name: nested\nsliceBytes: ${sliceBytes}\n`);
      const run = await runColophon("ingest", file, "--corpus", corpus);
      assert.equal(run.status, 0, run.err);
      const { root, funnel, sources } = manifestOf(corpus);
      assert.deepEqual([funnel.captures, funnel.outcomes.document, sources[0]?.lostBytes], [4, 3, 0]);
      roots.push(root);
    }
    assert.equal(roots[0], roots[1]);
  });

  test("reads no finished slice again, and adds what is new", async () => {
    using folder = temporaryFolder();
    const corpus = join(folder.path, "corpus");
    const [old, fresh] = ["old", "fresh"].map((name) => join(folder.path, `${name}.warc.gz`)) as [string, string];
    writeFileSync(old, archiveOfPages("old.example", 0, 10));
    writeFileSync(fresh, archiveOfPages("fresh.example", 100, 5));
    assert.equal((await runColophon("ingest", old, "--corpus", corpus)).status, 0);
    const again = await runColophon("ingest", old, fresh, "--corpus", corpus, "--json");
    const { ingest: report } = JSON.parse(again.out) as {
      ingest: { alreadyRead: number; slices: number; outcomes: { document: number } };
    };
    assert.deepEqual(
      { alreadyRead: report.alreadyRead, slices: report.slices, documents: report.outcomes.document },
      { alreadyRead: 1, slices: 1, documents: 5 },
    );
    assert.equal(manifestOf(corpus).totals.documents, 15);
  });

  test("takes two files with the same bytes for one archive, under the smaller name whatever comes first", async () => {
    using folder = temporaryFolder();
    const names = ["b-copy.warc.gz", "a-copy.warc.gz"].map((name) => join(folder.path, name)) as [string, string];
    for (const path of names) writeFileSync(path, archiveOfPages("example.org", 0, 3));
    const roots: string[] = [];
    for (const [at, files] of [names, names.toReversed()].entries()) {
      const corpus = join(folder.path, `corpus-${at}`);
      assert.equal((await runColophon("ingest", ...files, "--corpus", corpus)).status, 0);
      const manifest = manifestOf(corpus);
      assert.deepEqual(
        manifest.sources.map(({ name }) => name),
        ["a-copy.warc.gz"],
      );
      roots.push(manifest.root);
    }
    assert.equal(roots[0], roots[1]);
  });

  test("names each bad input in one line, goes on with the others and ends with status 3", async () => {
    using folder = temporaryFolder();
    const at = (name: string): string => join(folder.path, name);
    writeFileSync(at("good.warc.gz"), archiveOfPages("example.org", 0, 3));
    writeFileSync(at("html.warc.gz"), pageHtml(1));
    writeFileSync(at("empty.warc.gz"), "");
    writeFileSync(at("cut.warc.gz"), archiveOfPages("cut.example", 50, 3).subarray(0, -200));
    writeFileSync(at("bomb.warc.gz"), gzipSync(Buffer.alloc(200 << 20)));
    const member = gunzipSync(responseMember("https://long.example/", pageHtml(80))).toString("latin1");
    const long = member.replace(/^Content-Length: \d+/m, "Content-Length: 4294967296");
    writeFileSync(at("long.warc.gz"), gzipSync(Buffer.from(long, "latin1")));
    mkdirSync(at("folder.warc.gz"));
    const names = ["good", "html", "empty", "cut", "bomb", "long", "folder", "missing"].map((name) =>
      at(`${name}.warc.gz`),
    );
    const run = await runColophon("ingest", ...names, "--corpus", at("corpus"));
    assert.equal(run.status, 3, run.err);
    for (const name of ["folder", "missing"]) {
      const lines = run.err.split("\n").filter((line) => line.includes(`${name}.warc.gz`));
      assert.equal(lines.length, 1, `${name}: ${run.err}`);
    }
    for (const name of ["html", "cut", "bomb", "empty", "long"]) {
      const lines = run.err
        .split("\n")
        .filter((line) => line.startsWith("colophon:") && line.includes(`${name}.warc.gz`));
      assert.equal(lines.length, 1, `${name}: ${run.err}`);
    }
    const { sources, totals } = manifestOf(at("corpus"));
    assert.equal(totals.documents, 5);
    for (const { bytes, recordBytes, lostBytes } of sources) assert.equal(recordBytes + lostBytes, bytes);
  });

  test("stops cleanly on SIGINT with status 130 and goes on with the same command", async () => {
    using folder = temporaryFolder();
    const corpus = smallSlices(join(folder.path, "corpus"));
    const file = join(folder.path, "pages.warc.gz");
    writeFileSync(file, archiveOfPages("example.org", 0, 600, 8));
    const child = startColophon(["ingest", file, "--corpus", corpus]);
    const stopped = await new Promise<Awaited<ReturnType<typeof ended>>>((resolve) => {
      // The first line of progress says that measuring has begun.
      child.stderr?.once("data", () => child.kill("SIGINT"));
      resolve(ended(child));
    });
    assert.equal(stopped.status, 130, stopped.err);
    assert.match(stopped.err, /stopping cleanly/);
    const again = await runColophon("ingest", file, "--corpus", corpus, "--json");
    assert.equal(again.status, 0, again.err);
    assert.equal(manifestOf(corpus).funnel.captures, 600);
  });

  test("keeps one of two near-duplicates and says which page it duplicates", async () => {
    using folder = temporaryFolder();
    const words = sentences(1, 30);
    const file = join(folder.path, "pages.warc.gz");
    writeFileSync(
      file,
      Buffer.concat([
        responseMember("https://late.example/copy", pageHtml(1, `${words} And one more thing.`), 1_700_000_100_000),
        responseMember("https://first.example/original", pageHtml(1, words), 1_700_000_000_000),
      ]),
    );
    const corpus = join(folder.path, "corpus");
    assert.equal((await runColophon("ingest", file, "--corpus", corpus)).status, 0);
    const { funnel } = manifestOf(corpus);
    assert.deepEqual([funnel.kept, funnel.refusedReasons], [1, { duplicate: 1 }]);
    const story = await runColophon("explain", "https://late.example/copy", "--corpus", corpus);
    assert.match(story.out, /refused under default .*duplicate/);
    assert.match(story.out, /https:\/\/first\.example\/original/);
  });
});
