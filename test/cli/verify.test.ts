import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";

import type { VerifyReport } from "../../src/manifest/verify.ts";
import { archiveOfPages } from "../fixtures/archive-of-pages.ts";
import { manifestOf, runColophon, temporaryFolder } from "../fixtures/run-colophon.ts";

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

test("verify names the document whose archived words have changed, and ends with status 4", async () => {
  using folder = temporaryFolder();
  const { corpus, archive } = await ingested(folder.path);
  const text = readFileSync(archive, "latin1");
  assert.match(text, /<p>The /);
  writeFileSync(archive, text.replace("<p>The ", "<p>One "), "latin1");
  const { status, out } = await runColophon("verify", corpus, "--json");
  assert.equal(status, 4);
  const { disagreements } = JSON.parse(out) as VerifyReport;
  assert.equal(new Set(disagreements.map(({ where }) => where.split(" ")[0])).size, 1);
  for (const field of ["blockSha256", "payloadSha256", "textSha256", "stated.block.state"]) {
    assert.ok(
      disagreements.some(({ where }) => where.endsWith(` digests.${field}`)),
      field,
    );
  }
});

test("verify says where it looked in vain for a manifest, and ends with status 8", async () => {
  using folder = temporaryFolder();
  const { status, err } = await runColophon("verify", folder.path);
  assert.equal(status, 8);
  assert.ok(err.includes(join(folder.path, "manifest.json")));
});

async function ingested(folder: string): Promise<{ readonly corpus: string; readonly archive: string }> {
  const corpus = join(folder, "corpus");
  const archive = join(folder, "pages.warc");
  writeFileSync(archive, gunzipSync(archiveOfPages("pages.example", 0, 5)));
  const { status, err } = await runColophon("ingest", archive, "--corpus", corpus);
  assert.equal(status, 0, err);
  return { corpus, archive };
}
