import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, suite, test } from "node:test";

import type { VerifyReport } from "../../src/manifest/verify/verify.ts";
import { archiveOfPages } from "../fixtures/archive-of-pages.ts";
import { manifestOf, runColophon, temporaryFolder } from "../fixtures/run-colophon.ts";

const way = "archives/pages.warc.gz";
const folder = temporaryFolder();
after(() => folder[Symbol.dispose]());

/** A corpus in whose folder its archive lies. */
async function corpusAt(name: string): Promise<string> {
  const corpus = join(folder.path, name);
  cpSync(packed(), join(corpus, way), { preserveTimestamps: true });
  const { status, err } = await runColophon("ingest", join(corpus, way), "--corpus", corpus);
  assert.equal(status, 0, err);
  return corpus;
}

function packed(): string {
  const path = join(folder.path, "packed.warc.gz");
  if (!existsSync(path)) writeFileSync(path, archiveOfPages("pages.example", 0, 4));
  return path;
}

function copied(corpus: string, name: string): string {
  const copy = join(folder.path, name);
  cpSync(corpus, copy, { recursive: true, preserveTimestamps: true });
  return copy;
}

function damage(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff;
  writeFileSync(path, bytes);
}

async function verified(corpus: string): Promise<{ readonly status: number | null; readonly what: string[] }> {
  const { status, out, err } = await runColophon("verify", corpus, "--json");
  assert.ok(status === 0 || status === 4, err);
  return { status, what: (JSON.parse(out) as VerifyReport).disagreements.map(({ what }) => what) };
}

/** Archives of a corpus, and slices that ingesting this one again has measured. */
async function ingestedAgain(corpus: string): Promise<readonly unknown[]> {
  const { status, out, err } = await runColophon("ingest", join(corpus, way), "--corpus", corpus, "--json");
  assert.equal(status, 0, err);
  const { ingest } = JSON.parse(out) as { readonly ingest: { readonly slices: number; readonly alreadyRead: number } };
  const sql = "SELECT (SELECT count(*) FROM archive) AS archives, (SELECT count(*) FROM archive_path) AS paths";
  const asked = await runColophon("query", sql, "--corpus", corpus, "--json");
  return [ingest.slices, ingest.alreadyRead, JSON.parse(asked.out)];
}

suite("a corpus that is moved or copied", () => {
  test("is verified, published and added to where it was moved, and nothing is registered or measured twice", async () => {
    const corpus = await corpusAt("first");
    const { root } = manifestOf(corpus);
    const moved = join(folder.path, "moved here");
    renameSync(corpus, moved);
    assert.deepEqual(await verified(moved), { status: 0, what: [] });
    assert.deepEqual(await ingestedAgain(moved), [0, 1, { archives: 1, paths: 1 }]);
    assert.equal((await runColophon("publish", "--corpus", moved)).status, 0);
    assert.equal(manifestOf(moved).root, root);
    const told = await runColophon("explain", "https://pages.example/page/1", "--corpus", moved);
    assert.ok(told.out.includes(join(moved, way)), told.out);
  });

  test("is verified against its own archives: damage of the original's is not found in the copy, nor the other way about", async () => {
    const original = await corpusAt("original");
    const [sound, damaged, without] = ["sound", "damaged", "without"].map((name) => copied(original, name));
    damage(join(damaged ?? "", way));
    rmSync(join(without ?? "", way));
    assert.deepEqual(await verified(original), { status: 0, what: [] });
    const found = await verified(damaged ?? "");
    assert.ok(found.status === 4 && found.what.includes("archive-changed"), JSON.stringify(found));
    assert.deepEqual((await verified(without ?? "")).what[0], "archive-missing");
    damage(join(original, way));
    assert.deepEqual(await verified(sound ?? ""), { status: 0, what: [] });
    assert.equal((await verified(original)).status, 4);
    assert.deepEqual(await ingestedAgain(sound ?? ""), [0, 1, { archives: 1, paths: 1 }]);
  });

  test("still finds archives outside of its folder", async () => {
    const corpus = join(folder.path, "outside");
    assert.equal((await runColophon("ingest", packed(), "--corpus", corpus)).status, 0);
    assert.deepEqual(await verified(copied(corpus, "outside 2")), { status: 0, what: [] });
  });
});
