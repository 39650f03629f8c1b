import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

import { buildIdOf } from "../../../src/core/build/build-id.ts";
import { verifyManifest, type VerifyReport } from "../../../src/manifest/verify/verify.ts";
import { checksAlone, sampleBuild, sampleRows, scratch } from "../sample-manifest.ts";

const count = 20;

test("a manifest as it was built has no finding, and its root is the one that was announced", async () => {
  for (const documents of [0, 1, count]) {
    await using folder = await scratch();
    const directory = join(folder.path, "manifest");
    const { root } = await sampleBuild(directory, documents);
    const report = await verifyManifest(directory);
    assert.deepEqual(report, {
      ok: true,
      root,
      documents,
      texts: documents,
      rederived: 0,
      checks: checksAlone,
      disagreements: [],
      disagreementCount: 0,
    });
  }
});

test("one flipped byte in any file is found and the file is named", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, count);
  const files = (await readdir(directory, { recursive: true })).filter((path) => path !== "text");
  assert.ok(files.length > 5);
  for (const path of files) {
    const whole = await readFile(join(directory, path));
    for (const at of [0, Math.floor(whole.length / 3), whole.length - 1]) {
      const wounded = Buffer.from(whole);
      wounded[at] = (wounded[at] ?? 0) ^ 0x04;
      await writeFile(join(directory, path), wounded);
      const report = await verifyManifest(directory);
      assert.equal(report.ok, false, `byte ${at} of ${path}`);
      // manifest.json is vouched for by SHA256SUMS, unless it cannot even be read.
      const names = path === "manifest.json" ? [path, "SHA256SUMS"] : [path];
      assert.ok(
        report.disagreements.some(({ where }) => names.includes(where)),
        `byte ${at} of ${path}`,
      );
    }
    await writeFile(join(directory, path), whole);
  }
  assert.equal((await verifyManifest(directory)).ok, true);
});

test("a deleted, a truncated and an added file are each found and named", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  for (const path of ["documents.jsonl.zst", "text/00001.jsonl.zst", "SHA256SUMS"]) {
    await sampleBuild(directory, count);
    await rm(join(directory, path));
    const what = path === "SHA256SUMS" ? "digest-list" : "file-missing";
    assertFound(await verifyManifest(directory), what, path);
  }
  await sampleBuild(directory, count);
  await truncate(join(directory, "text/00001.jsonl.zst"), 40);
  const report = await verifyManifest(directory);
  assertFound(report, "file-bytes", "text/00001.jsonl.zst");
  assertFound(report, "shard-broken", "text/00001.jsonl.zst");
  assertFound(report, "text-missing");
  await sampleBuild(directory, count);
  await writeFile(join(directory, "text", "extra.txt"), "more");
  assertFound(await verifyManifest(directory), "file-unlisted", "text/extra.txt");
});

test("a second zstd frame behind the first is found, though Node's decoder alone would not see it", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, count);
  const path = join(directory, "documents.jsonl.zst");
  await writeFile(path, Buffer.concat([await readFile(path), zstdCompressSync(Buffer.from("{}\n"))]));
  const { disagreements } = await verifyManifest(directory);
  assert.match(disagreements.find(({ what }) => what === "rows-broken")?.found ?? "", /behind its frame/);
});

test("without manifest.json there is nothing to verify, which is an error and not a finding", async () => {
  await using folder = await scratch();
  await assert.rejects(verifyManifest(folder.path), { code: "not-found" });
});

// From here on the wounds are those of someone who knows the format: file digests are made to agree again.

test("a dropped row is found by the root, by the totals and by its text", async () => {
  const report = await afterForging((lines) => lines.toSpliced(7, 1));
  assertFound(report, "root");
  assertFound(report, "totals", "totals");
  assertFound(report, "text-unclaimed");
  assert.equal(report.disagreements.filter(({ what }) => what.startsWith("text-")).length, 1);
});

test("two swapped rows are found by their order and by the root", async () => {
  const report = await afterForging((lines) => lines.with(3, lines[4] ?? "").with(4, lines[3] ?? ""));
  assertFound(report, "row-order", sampleRows(count)[3]?.id);
  assertFound(report, "root");
});

test("a row told twice is found by its order", async () => {
  const report = await afterForging((lines) => lines.toSpliced(5, 0, lines[5] ?? ""));
  assertFound(report, "row-order", sampleRows(count)[5]?.id);
});

test("a changed licence in one row is found by the root and by the table of licences", async () => {
  const report = await afterForging((lines) =>
    lines.with(0, (lines[0] ?? "").replace('"id":"CC0-1.0"', '"id":"CC-BY-4.0"')),
  );
  assertFound(report, "root");
  assertFound(report, "totals", "licences");
});

test("a row in another spelling, with a field too many or with one missing is found and its line named", async () => {
  const spaced = await afterForging((lines) => lines.with(2, (lines[2] ?? "").replace("{", "{ ")));
  assertFound(spaced, "row-form", "documents.jsonl.zst:3");
  const wrong: readonly ((row: Record<string, unknown>) => void)[] = [
    (row) => delete row["licence"],
    (row) => (row["note"] = "more"),
    (row) => (row["httpStatus"] = "200"),
  ];
  for (const change of wrong) {
    const report = await afterForging((lines) => lines.with(2, changed(lines[2], change)));
    assertFound(report, "row-schema", "documents.jsonl.zst:3");
  }
  assertFound(await afterForging((lines) => lines.with(2, "{")), "row-unreadable", "documents.jsonl.zst:3");
});

test("a row that points outside the sources or names a rule that nobody measured is found", async () => {
  const id = sampleRows(count)[2]?.id;
  const places = [{ sha256: "0".repeat(64) }, { offset: 999_999 }, { name: "other.warc.gz" }];
  for (const place of places) {
    const report = await afterForging((lines) =>
      lines.with(
        2,
        changed(lines[2], (row) => (row["archive"] = { ...(row["archive"] as object), ...place })),
      ),
    );
    assertFound(report, "row-archive", id);
  }
  const report = await afterForging((lines) =>
    lines.with(
      2,
      changed(lines[2], (row) => (row["measurements"] = { "made/up": 1 })),
    ),
  );
  assertFound(report, "row-rule", id);
});

test("a changed text, a text under another id and a text of nobody are found", async () => {
  const shard = "text/00000.jsonl.zst";
  const [first, second] = sampleRows(count);
  const edited = await afterForging((lines) => lines.with(1, (lines[1] ?? "").replace("bread", "Bread")), shard);
  assertFound(edited, "text-digest", second?.id);
  const other = await afterForging(
    (lines) => lines.with(0, (lines[0] ?? "").replace(first?.id ?? "", "a".repeat(32))),
    shard,
  );
  assertFound(other, "text-id", first?.id);
  const longer = await afterForging((lines) => [...lines, '{"id":"x","text":""}'], shard);
  assertFound(longer, "text-unclaimed");
});

test("a row that misstates the length of its text is found", async () => {
  const report = await afterForging((lines) => lines.with(2, (lines[2] ?? "").replace(/"bytes":(\d)/, '"bytes":1$1')));
  assertFound(report, "text-bytes", sampleRows(count)[2]?.id);
});

test("a manifest.json in another layout and a last line that was cut off are found", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, count);
  const path = join(directory, "manifest.json");
  const text = await readFile(path, "utf8");
  await writeFile(path, JSON.stringify(JSON.parse(text)));
  assertFound(await verifyManifest(directory), "manifest-form", "manifest.json");
  await writeFile(path, text);
  const rows = join(directory, "documents.jsonl.zst");
  await writeFile(rows, zstdCompressSync(zstdDecompressSync(await readFile(rows)).subarray(0, -1)));
  const { disagreements } = await verifyManifest(directory);
  assert.match(disagreements.find(({ what }) => what === "rows-broken")?.found ?? "", /does not end with a newline/);
});

test("a number of manifest.json that does not add up is found and named", async () => {
  const wounds: readonly (readonly [from: string, to: string, what: string, where: string])[] = [
    ['"captures": 29', '"captures": 30', "funnel", "funnel.captures"],
    ['"status": 3', '"status": 4', "funnel", "funnel.reasons.skipped"],
    ['"refused": 3', '"refused": 2', "funnel", "funnel.refused + kept"],
    ['"licence:none": 2', '"licence:none": 4', "funnel", "funnel.refusedReasons.licence:none"],
    ['"licence:none": 2', '"licence:none": 0', "funnel", "funnel.refusedReasons"],
    ['"lostBytes": 1000', '"lostBytes": 999', "source", createHash("sha256").update("archive").digest("hex")],
    ['"name": "test"', '"name": "best"', "policy", "policy.sha256"],
    ['"stage/charset": 1', '"stage/charset": 2', "builds", `builds, ${buildIdOf({ "stage/charset": 1 })}`],
    [`"documents": ${count},\n      "id"`, '"documents": 1,\n      "id"', "builds", "builds, documents"],
  ];
  for (const [from, to, what, where] of wounds) {
    await using folder = await scratch();
    const directory = join(folder.path, "manifest");
    await sampleBuild(directory, count);
    const path = join(directory, "manifest.json");
    const text = await readFile(path, "utf8");
    assert.ok(text.includes(from), from);
    await writeFile(path, text.replace(from, to));
    assertFound(await verifyManifest(directory), what, where);
  }
});

test("findings are listed up to the limit and counted beyond it", async () => {
  const report = await afterForging((lines) => lines.toReversed(), "documents.jsonl.zst", 3);
  assert.equal(report.disagreements.length, 3);
  assert.ok(report.disagreementCount > count);
});

function assertFound(report: VerifyReport, what: string, where?: string): void {
  const found = report.disagreements.filter((one) => one.what === what && (where === undefined || one.where === where));
  assert.equal(report.ok, false);
  assert.ok(
    found.length > 0,
    `no ${what} at ${where ?? "anywhere"} among ${JSON.stringify(report.disagreements, null, 1)}`,
  );
}

function changed(line: string | undefined, change: (row: Record<string, unknown>) => void): string {
  const row = JSON.parse(line ?? "") as Record<string, unknown>;
  change(row);
  return JSON.stringify(row);
}

/** Rewrites the lines of one file of a fresh sample and makes the file digests agree with what was done. */
async function afterForging(
  forge: (lines: readonly string[]) => readonly string[],
  path = "documents.jsonl.zst",
  limit = 100,
): Promise<VerifyReport> {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, count);
  const lines = zstdDecompressSync(await readFile(join(directory, path)))
    .toString("utf8")
    .trimEnd()
    .split("\n");
  const packed = zstdCompressSync(
    Buffer.from(
      forge(lines)
        .map((line) => `${line}\n`)
        .join(""),
    ),
  );
  await writeFile(join(directory, path), packed);
  const manifest = await readFile(join(directory, "manifest.json"), "utf8");
  const stated = (JSON.parse(manifest) as { files: { path: string; sha256: string; bytes: number }[] }).files;
  const old = stated.find((file) => file.path === path);
  assert.ok(old);
  const sha256 = createHash("sha256").update(packed).digest("hex");
  const forged = manifest.replace(old.sha256, sha256).replace(`"bytes": ${old.bytes}`, `"bytes": ${packed.length}`);
  await writeFile(join(directory, "manifest.json"), forged);
  return await verifyManifest(directory, { limit });
}
