import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";

import type { VerifyReport } from "../../src/manifest/verify/verify.ts";
import { archiveOfPages } from "../fixtures/archive-of-pages.ts";
import { headIn, writeHead } from "../fixtures/forge-manifest.ts";
import { ended, manifestOf, runColophon, startColophon, temporaryFolder } from "../fixtures/run-colophon.ts";
import { found, ingested } from "../fixtures/verified-corpus.ts";

test("verify agrees with a fresh corpus, with its manifest alone, and with the archives moved elsewhere", async () => {
  using folder = temporaryFolder();
  const { corpus, archive } = await ingested(folder.path);
  const whole = await runColophon("verify", corpus);
  assert.equal(whole.status, 0, whole.out + whole.err);
  assert.match(whole.out, /5 records read again/);
  assert.ok(whole.out.includes(manifestOf(corpus).root));

  const alone = await runColophon("verify", join(corpus, "manifest"));
  assert.equal(alone.status, 0, alone.out + alone.err);
  assert.match(alone.out, /no archive read again/);

  const elsewhere = join(folder.path, "elsewhere");
  mkdirSync(elsewhere);
  renameSync(archive, join(elsewhere, "pages.warc"));
  const moved = await runColophon(
    "verify",
    join(corpus, "manifest"),
    "--archives",
    elsewhere,
    "--sample",
    "2",
    "--json",
  );
  assert.equal(moved.status, 0, moved.out + moved.err);
  assert.equal((JSON.parse(moved.out) as VerifyReport).rederived, 2);
});

test("verify names the archive and the document whose archived words have changed, and ends with status 4", async () => {
  using folder = temporaryFolder();
  const { corpus, archive } = await ingested(folder.path);
  const text = readFileSync(archive, "latin1");
  assert.match(text, /<p>The /);
  writeFileSync(archive, text.replace("<p>The ", "<p>One "), "latin1");
  const { status, out } = await runColophon("verify", corpus, "--json");
  assert.equal(status, 4);
  const { disagreements } = JSON.parse(out) as VerifyReport;
  const [changed, ...others] = disagreements;
  assert.deepEqual([changed?.what, changed?.where], ["archive-changed", "pages.warc"]);
  assert.ok(changed?.found.includes(archive) === true);
  assert.equal(new Set(others.map(({ where }) => where.split(" ")[0])).size, 1);
  for (const field of ["blockSha256", "payloadSha256", "textSha256", "stated.block.state"]) {
    assert.ok(
      disagreements.some(({ where }) => where.endsWith(` digests.${field}`)),
      field,
    );
  }
});

test("verify finds a change that no row is about, and an archive that is gone, once each", async () => {
  using folder = temporaryFolder();
  const { corpus, archive } = await ingested(folder.path);
  appendFileSync(archive, gunzipSync(archiveOfPages("behind.example", 300, 1)));
  const longer = await runColophon("verify", corpus, "--json");
  assert.equal(longer.status, 4);
  assert.deepEqual(found(longer.out), [["archive-changed", "pages.warc"]]);

  renameSync(archive, `${archive}.away`);
  const gone = await runColophon("verify", corpus, "--json");
  assert.equal(gone.status, 4);
  assert.deepEqual(found(gone.out), [["archive-missing", "pages.warc"]]);
  assert.equal((JSON.parse(gone.out) as VerifyReport).rederived, 0);
});

test("a file that took the place of an archive is an archive of its own, and the old one is reported until it is back", async () => {
  using folder = temporaryFolder();
  const { corpus, archive } = await ingested(folder.path);
  const first = readFileSync(archive);
  writeFileSync(archive, gunzipSync(archiveOfPages("second.example", 200, 3)));
  assert.equal((await runColophon("ingest", archive, "--corpus", corpus)).status, 0);
  const { sources, totals } = manifestOf(corpus);
  assert.deepEqual([sources.length, totals.documents], [2, 8]);
  const replaced = await runColophon("verify", corpus, "--json");
  assert.deepEqual(found(replaced.out), [["archive-missing", "pages.warc"]]);
  assert.equal((JSON.parse(replaced.out) as VerifyReport).rederived, 3);

  const back = join(folder.path, "back.warc");
  writeFileSync(back, first);
  assert.equal((await runColophon("ingest", back, "--corpus", corpus)).status, 0);
  const { status, out } = await runColophon("verify", corpus);
  assert.equal(status, 0, out);
});

test("verify says where it looked in vain for a manifest, and ends with status 8", async () => {
  using folder = temporaryFolder();
  const { status, err } = await runColophon("verify", folder.path);
  assert.equal(status, 8);
  assert.ok(err.includes(join(folder.path, "manifest.json")));
  writeFileSync(join(folder.path, "corpus.yaml"), "name: unpublished\n");
  const unpublished = await runColophon("verify", folder.path);
  assert.ok(unpublished.err.includes(join(folder.path, "manifest", "manifest.json")), unpublished.err);
});

test("a manifest.json of another form is named by verify and status, whatever it holds", async () => {
  using folder = temporaryFolder();
  const archive = join(folder.path, "pages.warc.gz");
  writeFileSync(archive, archiveOfPages("example.org", 0, 3));
  const corpus = join(folder.path, "corpus");
  await runColophon("ingest", archive, "--corpus", corpus);
  const path = join(corpus, "manifest", "manifest.json");
  const sound = manifestOf(corpus);
  for (const broken of [null, [], 5, { root: 1 }, { ...sound, sources: 5 }, { ...sound, sources: [null] }]) {
    writeFileSync(path, JSON.stringify(broken));
    const verified = await runColophon("verify", join(corpus, "manifest"), "--archives", folder.path);
    assert.equal(verified.status, 4, verified.out + verified.err);
    assert.match(verified.out, /manifest-schema/);
  }
  writeFileSync(path, JSON.stringify({ ...sound, format: "colophon-manifest/1" }));
  const older = await runColophon("verify", join(corpus, "manifest"));
  assert.equal(older.status, 4);
  assert.match(older.out, /manifest-format.*older version.*publish the corpus again/s);
  writeFileSync(path, "[]");
  const { status, err } = await runColophon("status", "--corpus", corpus);
  assert.notEqual(status, 1, err);
  assert.match(err, /manifest\.json is broken: .*colophon publish/);
});

test("named pipes in a folder that somebody else made do not hang verify", { timeout: 60_000 }, async () => {
  using folder = temporaryFolder();
  const { corpus } = await ingested(folder.path);
  for (const path of ["ledger.sqlite", "manifest/text/00000.jsonl.zst"]) {
    renameSync(join(corpus, path), join(folder.path, "aside"));
    assert.equal(spawnSync("mkfifo", [join(corpus, path)]).status, 0);
    const { status, out, err } = await runColophon("verify", corpus);
    assert.equal(status, path === "ledger.sqlite" ? 0 : 4, out + err);
    rmSync(join(corpus, path));
    renameSync(join(folder.path, "aside"), join(corpus, path));
  }
});

test(
  "the first SIGTERM ends verify with status 130, also in the middle of a large file",
  { timeout: 60_000 },
  async () => {
    using folder = temporaryFolder();
    const { corpus } = await ingested(folder.path);
    const manifest = join(corpus, "manifest");
    const [bytes, shard] = [400 * 2 ** 30, "text/00000.jsonl.zst"];
    truncateSync(join(manifest, shard), bytes);
    const head = headIn(manifest);
    writeHead(manifest, {
      ...head,
      files: head.files.map((file) => (file.path === shard ? Object.assign(file, { bytes }) : file)),
    });
    const child = startColophon(["verify", manifest]);
    const run = ended(child);
    setTimeout(() => child.kill("SIGTERM"), 2500);
    const startedMs = performance.now();
    const { status, err } = await run;
    assert.equal(status, 130, err);
    assert.match(err, /stopped before everything was verified/);
    assert.ok(performance.now() - startedMs < 8000);
  },
);
