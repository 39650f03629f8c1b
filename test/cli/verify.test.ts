import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";

import type { CorpusHead } from "../../src/manifest/corpus-head.ts";
import { canonicalDigest } from "../../src/manifest/manifest-text.ts";
import type { VerifyReport } from "../../src/manifest/verify/verify.ts";
import { archiveOfPages, responseMember } from "../fixtures/archive-of-pages.ts";
import { forge, headIn, rowsIn, writeHead } from "../fixtures/forge-manifest.ts";
import { ended, manifestOf, runColophon, startColophon, temporaryFolder } from "../fixtures/run-colophon.ts";

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

function found(json: string): (readonly [string, string])[] {
  return (JSON.parse(json) as VerifyReport).disagreements.map(({ what, where }) => [what, where] as const);
}

test("verify says where it looked in vain for a manifest, and ends with status 8", async () => {
  using folder = temporaryFolder();
  const { status, err } = await runColophon("verify", folder.path);
  assert.equal(status, 8);
  assert.ok(err.includes(join(folder.path, "manifest.json")));
  writeFileSync(join(folder.path, "corpus.yaml"), "name: unpublished\n");
  const unpublished = await runColophon("verify", folder.path);
  assert.ok(unpublished.err.includes(join(folder.path, "manifest", "manifest.json")), unpublished.err);
});

async function ingested(folder: string): Promise<{ readonly corpus: string; readonly archive: string }> {
  const corpus = join(folder, "corpus");
  const archive = join(folder, "pages.warc");
  writeFileSync(archive, gunzipSync(archiveOfPages("pages.example", 0, 5)));
  const { status, err } = await runColophon("ingest", archive, "--corpus", corpus);
  assert.equal(status, 0, err);
  return { corpus, archive };
}

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

test("verify names a document that was dropped from a manifest in its corpus, however well all sums agree", async () => {
  using folder = temporaryFolder();
  const { corpus } = await ingested(folder.path);
  const { root } = manifestOf(corpus);
  const manifest = join(corpus, "manifest");
  const dropped = rowsIn(manifest)[2]?.id ?? assert.fail("no third row");
  forge(manifest, {
    rows: (rows) =>
      rows.filter(({ id }) => id !== dropped).map((row, index) => Object.assign(row, { text: { ...row.text, index } })),
    texts: (lines) => lines.filter((line) => !line.includes(dropped)),
  });
  const inCorpus = await runColophon("verify", corpus, "--json");
  assert.equal(inCorpus.status, 4);
  assert.deepEqual(found(inCorpus.out), [
    ["ledger-missing", dropped],
    ["ledger-differs", "funnel"],
    ["ledger-differs", "builds"],
  ]);
  // By itself it cannot show that, which verify says; the root that was announced does.
  const alone = await runColophon("verify", manifest, "--json");
  assert.equal(alone.status, 0, alone.out);
  const { checks } = JSON.parse(alone.out) as VerifyReport;
  assert.deepEqual(
    Object.entries(checks).map(([name, { done }]) => `${name} ${done}`),
    ["archives none", "ledger none", "policy all", "root none", "texts all"],
  );
  const pinned = await runColophon("verify", manifest, "--root", root.toUpperCase(), "--json");
  assert.equal(pinned.status, 4);
  assert.deepEqual(found(pinned.out), [["root-given", "root"]]);
});

test("verify says in words with what it compared, and what it could not", async () => {
  using folder = temporaryFolder();
  const { corpus } = await ingested(folder.path);
  const whole = await runColophon("verify", corpus, "--root", manifestOf(corpus).root);
  assert.equal(whole.status, 0, whole.out + whole.err);
  assert.match(whole.out, /Compared +with archives, ledger, policy, root, texts\n/);
  const sampled = await runColophon("verify", corpus, "--sample", "2");
  assert.match(sampled.out, /In part +with archives: 2 of 5 records were read again\n/);
  assert.match(sampled.out, /Not +with root: /);
  assert.equal((await runColophon("verify", corpus, "--root", "abc")).status, 2);
});

test("documents that were added after the manifest was published do not make it wrong, and verify says what it left out", async () => {
  using folder = temporaryFolder();
  const { corpus } = await ingested(folder.path);
  const more = join(folder.path, "more.warc.gz");
  // Pages of another host, and what the host of those that are published says now.
  const robots = responseMember("https://pages.example/robots.txt", "User-agent: *\nContent-Signal: search=yes\n");
  writeFileSync(more, Buffer.concat([archiveOfPages("more.example", 50, 2), robots]));
  assert.equal((await runColophon("ingest", more, "--corpus", corpus, "--no-publish")).status, 0);
  const { status, out } = await runColophon("verify", corpus);
  assert.equal(status, 0, out);
  assert.match(out, /In part +with ledger: archives or documents were added/);
});

test("a corpus in partitions is compared with its ledgers and with its own root", async () => {
  using folder = temporaryFolder();
  const corpus = join(folder.path, "corpus");
  const archive = join(folder.path, "pages.warc.gz");
  // Texts that are alike on three hosts: their clusters span partitions.
  writeFileSync(
    archive,
    Buffer.concat(["a.example", "b.example", "c.example"].map((host) => archiveOfPages(host, 0, 4))),
  );
  const made = await runColophon("ingest", archive, "--corpus", corpus, "--partitions", "3");
  assert.equal(made.status, 0, made.err);
  const { root } = JSON.parse(readFileSync(join(corpus, "manifest", "corpus.json"), "utf8")) as CorpusHead;
  const whole = await runColophon("verify", corpus, "--root", root);
  assert.equal(whole.status, 0, whole.out + whole.err);
  assert.match(whole.out, /Compared +with archives, ledger, policy, root, texts\n/);
  const other = await runColophon("verify", corpus, "--root", "0".repeat(64), "--json");
  assert.equal(other.status, 4);
  assert.deepEqual(found(other.out), [["root-given", "root"]]);
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

test("a manifest in its corpus is not taken for one of another: neither by a changed policy nor by fewer partitions or archives", async () => {
  using folder = temporaryFolder();
  const corpus = join(folder.path, "corpus");
  const archives = ["a", "b"].map((host, at) => {
    const path = join(folder.path, `${host}.warc.gz`);
    writeFileSync(path, archiveOfPages(`${host}.example`, at * 10, 4));
    return path;
  });
  const made = await runColophon("ingest", ...archives, "--corpus", corpus, "--partitions", "2");
  assert.equal(made.status, 0, made.err);
  const manifest = join(corpus, "manifest");
  const kept = join(folder.path, "kept");
  cpSync(manifest, kept, { recursive: true });
  const findings = async (): Promise<readonly string[]> => {
    const { status, out, err } = await runColophon("verify", corpus, "--json");
    assert.equal(status, 4, out + err);
    const kinds = found(out).map(([what]) => what);
    rmSync(manifest, { recursive: true });
    cpSync(kept, manifest, { recursive: true });
    return [...new Set(kinds)];
  };

  // One partition put in the place of all.
  rmSync(manifest, { recursive: true });
  cpSync(join(kept, "partition-00000"), manifest, { recursive: true });
  assert.deepEqual(await findings(), ["ledger-partitions"]);

  for (const part of ["partition-00000", "partition-00001"]) {
    forge(join(manifest, part), {
      head: (head) => {
        const document = { ...head.policy.document, description: "another" };
        return { ...head, policy: { document, sha256: canonicalDigest(document) } };
      },
    });
  }
  assert.ok((await findings()).includes("ledger-policy"));

  for (const part of ["partition-00000", "partition-00001"]) {
    forge(join(manifest, part), { head: (head) => ({ ...head, sources: head.sources.slice(1) }) });
  }
  assert.ok((await findings()).includes("ledger-differs"));

  forge(join(manifest, "partition-00001"), { head: (head) => ({ ...head, builds: [] }) });
  assert.ok((await findings()).includes("ledger-differs"));
});
