import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { zstdDecompressSync } from "node:zlib";

import type { Manifest } from "../../src/manifest/manifest-head.ts";
import { merkleTree } from "../../src/manifest/merkle.ts";
import { sampleBuild, sampleHead, sampleRows, sampleText, scratch } from "./sample-manifest.ts";

test("a manifest is one JSON file, rows and texts in zstd, and a digest list that sha256sum agrees with", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  const result = await sampleBuild(directory, 20);
  assert.deepEqual((await readdir(directory)).sort(), ["SHA256SUMS", "documents.jsonl.zst", "manifest.json", "text"]);
  const list = await readFile(join(directory, "SHA256SUMS"), "utf8");
  for (const line of list.trimEnd().split("\n")) {
    const [sha256, path = ""] = line.split("  ");
    assert.equal(
      createHash("sha256")
        .update(await readFile(join(directory, path)))
        .digest("hex"),
      sha256,
    );
  }
  assert.match(list, new RegExp(`^${result.manifestSha256}  manifest.json$`, "m"));
  assert.equal(list.trimEnd().split("\n").length, 2 + (await readdir(join(directory, "text"))).length);
});

test("the root is that of the lines as anyone unpacks them, in order of id", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  const { root, documents } = await sampleBuild(directory, 20);
  const lines = linesOf(await readFile(join(directory, "documents.jsonl.zst")));
  const tree = merkleTree();
  for (const line of lines) tree.push(line);
  assert.equal(tree.root().toString("hex"), root);
  assert.equal(documents, 20);
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { id: string }).id),
    sampleRows(20).map(({ id }) => id),
  );
});

test("each text stands in the shard and line that its row names, and no shard outgrows its bound", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, 20);
  const shards = await readdir(join(directory, "text"));
  assert.ok(shards.length > 3, "the sample must need several shards");
  const texts = new Map<string, string[]>();
  for (const shard of shards) {
    const lines = linesOf(await readFile(join(directory, "text", shard)));
    const all = lines.map((line) => (JSON.parse(line) as { text: string }).text);
    assert.ok(Buffer.byteLength(all.join("")) <= 400);
    texts.set(`text/${shard}`, all);
  }
  for (const [index, line] of linesOf(await readFile(join(directory, "documents.jsonl.zst"))).entries()) {
    const { text } = JSON.parse(line) as { text: { shard: string; index: number; bytes: number } };
    assert.equal(texts.get(text.shard)?.[text.index], sampleText(index));
    assert.equal(text.bytes, Buffer.byteLength(sampleText(index)));
  }
});

test("every file is one zstd frame with a checksum, so that readers that stop after the first miss nothing", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  // Long enough for many pieces of 128 KiB.
  const long = Array.from({ length: 40_000 }, (_, index) => `${index * 7919} `).join("");
  const [row] = sampleRows(1);
  assert.ok(row);
  const digests = { ...row.digests, textSha256: createHash("sha256").update(long).digest("hex") };
  const source = { ...row.source, bytes: Buffer.byteLength(long) };
  await sampleBuild(directory, 1, { rows: [{ ...row, digests, source }], textOf: () => long });
  const packed = await readFile(join(directory, "text/00000.jsonl.zst"));
  assert.equal(packed.readUInt32LE(0), 0xfd2fb528);
  assert.notEqual((packed[4] ?? 0) & 0b100, 0, "the frame has no checksum");
  assert.equal(frameLength(packed), packed.length);
  assert.equal((JSON.parse(zstdDecompressSync(packed).toString("utf8")) as { text: string }).text, long);
});

test("the same rows and head give the same bytes of every file", async () => {
  await using folder = await scratch();
  const [one, other] = [join(folder.path, "one"), join(folder.path, "other")];
  await sampleBuild(one, 30);
  async function* slowly(): AsyncGenerator<ReturnType<typeof sampleRows>[number]> {
    for (const row of sampleRows(30)) {
      await new Promise((resolve) => setImmediate(resolve));
      yield row;
    }
  }
  await sampleBuild(other, 30, { rows: slowly() });
  assert.equal(await readFile(join(one, "SHA256SUMS"), "utf8"), await readFile(join(other, "SHA256SUMS"), "utf8"));
});

test("documents, bytes and words are counted in all, by language and by licence", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, 6);
  const manifest = JSON.parse(await readFile(join(directory, "manifest.json"), "utf8")) as Manifest;
  const count = (...indexes: readonly number[]): Manifest["totals"] => ({
    documents: indexes.length,
    textBytes: Buffer.byteLength(indexes.map((index) => sampleText(index)).join("")),
    words: indexes.reduce((sum, index) => sum + 10 + index, 0),
  });
  assert.deepEqual(manifest.totals, count(0, 1, 2, 3, 4, 5));
  assert.deepEqual(manifest.languages, { de: count(0, 3), en: count(1, 2, 4, 5) });
  assert.deepEqual(manifest.licences, { "CC0-1.0": count(0, 4), "CC-BY-4.0": count(1, 2, 3, 5) });
});

test("an empty corpus has a manifest too, with the root of nothing and no shard", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  const { root, documents } = await sampleBuild(directory, 0);
  assert.equal(root, createHash("sha256").digest("hex"));
  assert.equal(documents, 0);
  assert.deepEqual(await readdir(join(directory, "text")), []);
});

test("a new manifest takes the place of the old one, and a build that fails leaves the old one as it was", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, 3);
  const before = await readFile(join(directory, "manifest.json"), "utf8");
  const misstated = sampleRows(4);
  for (const { source } of misstated) Object.assign(source, { bytes: 7 });
  const failing: readonly Parameters<typeof sampleBuild>[2][] = [
    { rows: sampleRows(4).toReversed() },
    { rows: [...sampleRows(3), ...sampleRows(3).slice(2)] },
    { textOf: () => "another text" },
    { rows: misstated },
    { head: sampleHead(5) },
  ];
  for (const change of failing) {
    await assert.rejects(sampleBuild(directory, 4, change), { code: "manifest-broken" });
    assert.equal(await readFile(join(directory, "manifest.json"), "utf8"), before);
  }
  await assert.rejects(sampleBuild(directory, 4, { signal: AbortSignal.abort() }), { code: "interrupted" });
  await sampleBuild(directory, 4);
  assert.notEqual(await readFile(join(directory, "manifest.json"), "utf8"), before);
  assert.deepEqual(await readdir(folder.path), ["manifest"]);
});

test("after a stop between the two renames the next build finds the old manifest, even if it fails itself", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, 3);
  await rename(directory, `${directory}.old`);
  await mkdir(`${directory}.building`);
  await writeFile(join(`${directory}.building`, "half"), "");
  await assert.rejects(sampleBuild(directory, 4, { head: sampleHead(5) }), { code: "manifest-broken" });
  assert.deepEqual(await readdir(folder.path), ["manifest"]);
});

test("a funnel that does not add up is refused and the number is named", async () => {
  await using folder = await scratch();
  const head = sampleHead(2);
  const funnel = { ...head.funnel, captures: head.funnel.captures + 1 };
  await assert.rejects(
    sampleBuild(join(folder.path, "manifest"), 2, { head: { ...head, funnel } }),
    /funnel\.captures/,
  );
});

test("no path of the machine stands in a manifest", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, 5);
  const json = await readFile(join(directory, "manifest.json"), "utf8");
  const rows = linesOf(await readFile(join(directory, "documents.jsonl.zst"))).join("\n");
  for (const text of [json, rows]) assert.ok(!text.includes(folder.path));
});

function linesOf(packed: Buffer): readonly string[] {
  const text = zstdDecompressSync(packed).toString("utf8");
  return text === "" ? [] : text.trimEnd().split("\n");
}

/** Bytes of the first frame, walked by its block headers: RFC 8878 section 3.1.1. */
function frameLength(packed: Buffer): number {
  const descriptor = packed[4] ?? 0;
  const singleSegment = (descriptor & 0b10_0000) !== 0;
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 0b11] ?? 0;
  let at = 5 + (singleSegment ? 0 : 1) + dictionaryBytes + sizeBytes;
  for (let last = false; !last;) {
    const header = packed.readUIntLE(at, 3);
    last = (header & 1) === 1;
    at += 3 + (((header >> 1) & 0b11) === 1 ? 1 : header >> 3);
  }
  return at + ((descriptor & 0b100) === 0 ? 0 : 4);
}
