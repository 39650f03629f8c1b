import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";

import type { CorpusHead } from "../../src/manifest/corpus-head.ts";
import type { VerifyReport } from "../../src/manifest/verify/verify.ts";
import { pageHtml, responseMember, sentences } from "../fixtures/archive-of-pages.ts";
import { ended, manifestOf, runColophon, startColophon, temporaryFolder, type Run } from "../fixtures/run-colophon.ts";

const hosts = ["www.example.org", "other.example.com", "mirror.example.net", "example.co.uk", "one.github.io"];

/** Pages of several domains; every fourth says what another one says. */
function archiveAt(path: string, from: number, count: number): string {
  const pages = Array.from({ length: count }, (_, index) => {
    const number = from + index;
    const words = sentences(number % 4 === 0 ? 0 : number, 12);
    return responseMember(`https://${hosts[number % hosts.length]}/page/${number}`, pageHtml(number, words));
  });
  writeFileSync(path, Buffer.concat(pages));
  return path;
}

function headOf(corpus: string): CorpusHead {
  return JSON.parse(readFileSync(join(corpus, "manifest", "corpus.json"), "utf8")) as CorpusHead;
}

async function succeeds(...args: readonly string[]): Promise<string> {
  const { status, out, err } = await runColophon(...args);
  assert.equal(status, 0, out + err);
  return out;
}

suite("a corpus in partitions", () => {
  test("is read by every command as a whole one is", async () => {
    using folder = temporaryFolder();
    const archive = archiveAt(join(folder.path, "pages.warc.gz"), 0, 40);
    const [whole, parted] = [join(folder.path, "whole"), join(folder.path, "parted")];
    await succeeds("ingest", archive, "--corpus", whole);
    await succeeds("ingest", archive, "--corpus", parted, "--partitions", "3");
    assert.match(readFileSync(join(parted, "corpus.yaml"), "utf8"), /^partitions: 3$/m);
    assert.ok(!existsSync(join(parted, "ledger.sqlite")) && existsSync(join(parted, "ledger-00002.sqlite")));
    const head = headOf(parted);
    assert.equal(head.partitions.length, 3);
    assert.ok(head.partitions.filter(({ documents }) => documents > 0).length > 1, "all in one: the test is idle");
    assert.equal(head.documents, manifestOf(whole).totals.documents);

    for (const args of [
      ["stats", "--by", "licence", "--json"],
      ["stats", "--by", "host", "--json", "--rows", "3"],
      ["stats", "--by", "reason", "--json"],
      ["query", "SELECT id, url, archive, outcome FROM captures ORDER BY id", "--json"],
      ["query", "SELECT * FROM archives", "--json"],
    ]) {
      assert.equal(await succeeds(...args, "--corpus", parted), await succeeds(...args, "--corpus", whole), args[1]);
    }
    const url = "https://mirror.example.net/page/12";
    assert.equal(await succeeds("explain", url, "--corpus", parted), await succeeds("explain", url, "--corpus", whole));
    const told = JSON.parse(await succeeds("status", "--corpus", parted, "--json")) as {
      readonly manifest: { readonly root: string; readonly current: boolean };
    };
    assert.deepEqual([told.manifest.root, told.manifest.current], [head.root, true]);

    const alone = await succeeds(
      "query",
      "SELECT host FROM captures",
      "--partition",
      "0",
      "--corpus",
      parted,
      "--json",
    );
    const all = await succeeds("query", "SELECT host FROM captures", "--corpus", parted, "--json");
    assert.ok(alone.length < all.length);
    assert.equal((await runColophon("query", "SELECT 1", "--partition", "3", "--corpus", parted)).status, 2);
  });

  test("is verified whole, as a corpus, as a folder by itself, and against archives that have changed", async () => {
    using folder = temporaryFolder();
    const archive = archiveAt(join(folder.path, "pages.warc.gz"), 0, 20);
    const corpus = join(folder.path, "corpus");
    await succeeds("ingest", archive, "--corpus", corpus, "--partitions", "2");
    const { root, documents } = headOf(corpus);
    const whole = JSON.parse(await succeeds("verify", corpus, "--json")) as VerifyReport;
    assert.deepEqual([whole.root, whole.documents, whole.rederived], [root, documents, documents]);
    const manifest = join(corpus, "manifest");
    assert.match(await succeeds("verify", manifest), /no archive read again/);
    const sampled = await succeeds("verify", manifest, "--archives", folder.path, "--sample", "3", "--json");
    assert.equal((JSON.parse(sampled) as VerifyReport).rederived, 3);
    assert.match(await succeeds("verify", join(manifest, "partition-00001")), /nothing that disagrees/);

    const bytes = readFileSync(archive);
    writeFileSync(archive, Buffer.concat([bytes, Buffer.from("\n")]));
    const changed = await runColophon("verify", corpus, "--json");
    assert.equal(changed.status, 4);
    const { disagreements } = JSON.parse(changed.out) as VerifyReport;
    assert.deepEqual(
      disagreements.map(({ what }) => what),
      ["archive-changed"],
    );
  });

  test("keeps the number of partitions that it was made with", async () => {
    using folder = temporaryFolder();
    const archive = archiveAt(join(folder.path, "pages.warc.gz"), 0, 4);
    const corpus = join(folder.path, "corpus");
    await succeeds("ingest", archive, "--corpus", corpus, "--partitions", "2");
    await succeeds("ingest", archive, "--corpus", corpus);
    await succeeds("ingest", archive, "--corpus", corpus, "--partitions", "2");
    const other = await runColophon("ingest", archive, "--corpus", corpus, "--partitions", "3");
    assert.equal(other.status, 2);
    assert.match(other.err, /says 2 partitions, not 3/);
    for (const args of [
      ["ingest", archive, "--partitions", "0"],
      ["crawl", "--partitions", "129", "--dry-run"],
    ]) {
      assert.match((await runColophon(...args, "--corpus", join(folder.path, "none"))).err, /from 1 to 128/);
    }
    for (const partitions of [1, 3]) {
      const config = readFileSync(join(corpus, "corpus.yaml"), "utf8");
      writeFileSync(join(corpus, "corpus.yaml"), config.replace(/^partitions: \d+$/m, `partitions: ${partitions}`));
      const edited: Run = await runColophon("ingest", archive, "--corpus", corpus);
      assert.notEqual(edited.status, 0);
      assert.match(edited.err, /made with/);
    }
  });

  test("gives the same root as an undisturbed one after kill -9", async () => {
    using folder = temporaryFolder();
    const archives = [0, 1].map((part) => archiveAt(join(folder.path, `${part}.warc.gz`), part * 200, 200));
    const corpusAt = (name: string): string => {
      const path = join(folder.path, name);
      mkdirSync(path);
      writeFileSync(join(path, "corpus.yaml"), "name: kills\nsliceBytes: 65536\npartitions: 4\n");
      return path;
    };
    const started = performance.now();
    const undisturbed = corpusAt("undisturbed");
    await succeeds("ingest", ...archives, "--corpus", undisturbed);
    const lasted = performance.now() - started;
    let killed = 0;
    for (let moment = 0; moment < 4; moment++) {
      const corpus = corpusAt(`killed-${moment}`);
      const child = startColophon(["ingest", ...archives, "--corpus", corpus]);
      const timer = setTimeout(() => child.kill("SIGKILL"), (lasted * (moment + 1)) / 5);
      if ((await ended(child)).signal === "SIGKILL") killed++;
      clearTimeout(timer);
      await succeeds("ingest", ...archives.toReversed(), "--corpus", corpus);
      assert.deepEqual(headOf(corpus), headOf(undisturbed));
    }
    assert.ok(killed > 0, "no run was still going when it was killed");
  });
});
