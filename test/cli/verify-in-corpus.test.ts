import assert from "node:assert/strict";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import type { CorpusHead } from "../../src/manifest/corpus-head.ts";
import { canonicalDigest } from "../../src/manifest/manifest-text.ts";
import type { VerifyReport } from "../../src/manifest/verify/verify.ts";
import { archiveOfPages, responseMember } from "../fixtures/archive-of-pages.ts";
import { forge, rowsIn } from "../fixtures/forge-manifest.ts";
import { manifestOf, runColophon, temporaryFolder } from "../fixtures/run-colophon.ts";
import { found, ingested } from "../fixtures/verified-corpus.ts";

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
