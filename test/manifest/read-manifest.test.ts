import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

import { manifestRows, manifestTexts, readManifest } from "../../src/manifest/read-manifest.ts";
import { sampleBuild, sampleRows, sampleText, scratch } from "./sample-manifest.ts";

const count = 20;

async function edited(path: string, edit: (text: string) => string): Promise<void> {
  await writeFile(path, zstdCompressSync(edit(zstdDecompressSync(await readFile(path)).toString())));
}

test("a manifest is read as it was built: totals, rows in order, and the text of each row across all shards", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  const { root } = await sampleBuild(directory, count);
  const manifest = await readManifest(directory);
  assert.equal(manifest.root, root);
  assert.equal(manifest.totals.documents, count);
  assert.ok(manifest.files.filter(({ path }) => path.startsWith("text/")).length > 2);
  const rows = await Array.fromAsync(manifestRows(directory));
  const ids = sampleRows(count).map(({ id }) => id);
  assert.deepEqual(
    rows.map(({ id }) => id),
    ids,
  );
  assert.deepEqual(
    await Array.fromAsync(manifestTexts(directory)),
    ids.map((id, index) => ({ id, text: sampleText(index) })),
  );
});

test("a row that is none ends the reading after those before it, and is named with its line", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, count);
  await edited(join(directory, "documents.jsonl.zst"), (text) => text.replace(/^(.*\n.*\n)\{"/, '$1{"x":1,"'));
  const seen: string[] = [];
  await assert.rejects(
    async () => {
      for await (const { id } of manifestRows(directory)) seen.push(id);
    },
    { code: "manifest-broken", message: /documents\.jsonl\.zst:3 is not as its schema describes/ },
  );
  assert.equal(seen.length, 2);
});

test("a text without an id and a shard that is gone are errors that name the file", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, count);
  const shard = join(directory, "text/00001.jsonl.zst");
  await edited(shard, (text) => text.replace('"id"', '"ID"'));
  await assert.rejects(Array.fromAsync(manifestTexts(directory)), {
    code: "manifest-broken",
    message: /00001\.jsonl\.zst:1/,
  });
  await rm(shard);
  await assert.rejects(Array.fromAsync(manifestTexts(directory)), {
    code: "manifest-broken",
    message: /00001\.jsonl\.zst/,
  });
});
