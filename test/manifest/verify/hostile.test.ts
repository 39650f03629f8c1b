import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { zstdCompressSync } from "node:zlib";

import type { Manifest } from "../../../src/manifest/manifest-head.ts";
import { verifyManifest, type VerifyReport } from "../../../src/manifest/verify/verify.ts";
import { forge, headIn, writeHead, type Forgery } from "../../fixtures/forge-manifest.ts";
import { sampleBuild, scratch } from "../sample-manifest.ts";

const shard = "text/00000.jsonl.zst";

/** Kinds and places of what is found after a change. */
async function foundAfter(change: (directory: string) => void): Promise<readonly string[]> {
  return whatAndWhere(await reportAfter(change));
}

async function reportAfter(change: (directory: string) => void): Promise<VerifyReport> {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, 6);
  change(directory);
  return await verifyManifest(directory);
}

function whatAndWhere({ disagreements }: VerifyReport): readonly string[] {
  return disagreements.map(({ what, where }) => `${what} ${where}`);
}

const instead: Readonly<Record<string, (path: string, folder: string) => void>> = {
  "a named pipe": (path) => assert.equal(spawnSync("mkfifo", [path]).status, 0),
  "a folder": (path) => mkdirSync(path),
  "a link to a device": (path) => symlinkSync("/dev/zero", path),
  "a link to a file outside": (path, folder) => {
    cpSync(join(folder, "copy", path.slice(join(folder, "manifest/").length)), join(folder, "outside"));
    symlinkSync(join(folder, "outside"), path);
  },
};
for (const [what, put] of Object.entries(instead)) {
  for (const path of [shard, "documents.jsonl.zst", "SHA256SUMS"]) {
    test(`${what} in the place of ${path} is named and not waited for`, { timeout: 20_000 }, async () => {
      await using folder = await scratch();
      const directory = join(folder.path, "manifest");
      await sampleBuild(directory, 6);
      cpSync(directory, join(folder.path, "copy"), { recursive: true });
      rmSync(join(directory, path));
      put(join(directory, path), folder.path);
      const found = whatAndWhere(await verifyManifest(directory));
      assert.ok(found.includes(`${path === "SHA256SUMS" ? "digest-list" : "file-kind"} ${path}`), found.join("; "));
    });
  }
  test(`${what} in the place of manifest.json is no manifest`, { timeout: 20_000 }, async () => {
    await using folder = await scratch();
    const directory = join(folder.path, "manifest");
    await sampleBuild(directory, 6);
    cpSync(directory, join(folder.path, "copy"), { recursive: true });
    rmSync(join(directory, "manifest.json"));
    put(join(directory, "manifest.json"), folder.path);
    await assert.rejects(verifyManifest(directory), { code: "not-found" });
  });
}

const spellings: Readonly<Record<string, (line: string) => string | Buffer>> = {
  "a member more": (line) => line.replace(/\}$/, ',"note":1}'),
  "a member more before it": (line) => line.replace("{", '{"a":1,'),
  "the text twice": (line) => line.replace(/\}$/, ',"text":"other"}'),
  "another text first": (line) => line.replace(',"text":', ',"text":"other","text":'),
  "the id twice": (line) => line.replace("{", '{"id":"0",'),
  "a space": (line) => line.replace(",", ", "),
  "a space at the end": (line) => `${line} `,
  "an escape that is not needed": (line) => line.replace("Document", "\\u0044ocument"),
  "an escaped slash": (line) => line.replace("D", "\\/D"),
  "the members in another order": (line) => line.replace(/^\{("id":"\w+"),(.*)\}$/, "{$2,$1}"),
  "bytes that are not UTF-8": (line) =>
    Buffer.concat([Buffer.from(line.slice(0, -2)), Buffer.from([0xff, 0x22, 0x7d])]),
};
for (const [what, spell] of Object.entries(spellings)) {
  test(`a text whose line has ${what} is found, though its digest and all others agree`, async () => {
    const texts: Forgery["texts"] = (lines, path) =>
      path === shard ? [spell(lines[0] ?? ""), ...lines.slice(1)] : lines;
    const found = await foundAfter((directory) => forge(directory, { texts }));
    assert.deepEqual(
      found.map((one) => one.split(" ")[0]),
      ["text-form"],
    );
  });
}

test("a row whose bytes are not UTF-8 is found, though it reads like one", async () => {
  const lines: Forgery["lines"] = ([first = "", ...rest]) => {
    const at = first.indexOf("Title");
    return [
      Buffer.concat([Buffer.from(first.slice(0, at)), Buffer.from([0xff]), Buffer.from(first.slice(at + 1))]),
      ...rest,
    ];
  };
  const found = await foundAfter((directory) => forge(directory, { lines }));
  assert.ok(found.includes("row-unreadable documents.jsonl.zst:1"), found.join("; "));
});

test("rows beyond the number that manifest.json states are not read, however many there are", async () => {
  const report = await reportAfter((directory) => {
    const { totals } = headIn(directory);
    forge(directory, {
      lines: (lines) => [...lines, ...Array.from({ length: 20_000 }, () => "{}")],
      head: (head) => ({ ...head, totals }),
    });
  });
  assert.ok(whatAndWhere(report).includes("rows-broken documents.jsonl.zst"));
  assert.ok(report.disagreementCount < 20);
  assert.equal(report.documents, 6);
});

test("a shard that unpacks to far more than its rows say is given up", async () => {
  const found = await reportAfter((directory) =>
    forge(directory, { texts: (lines, path) => (path === shard ? [...lines, "x".repeat(200 << 20)] : lines) }),
  );
  const broken = found.disagreements.filter(({ what }) => what === "shard-broken");
  assert.deepEqual(
    broken.map(({ where }) => where),
    [shard],
  );
  assert.match(broken[0]?.found ?? "", /unpacks to more than/);
});

test("the number of lines of a file is compared with what is stated", async () => {
  for (const path of ["documents.jsonl.zst", shard]) {
    const head = (one: Manifest): Manifest => withFile(one, path, { lines: 1000 });
    assert.deepEqual(await foundAfter((directory) => forge(directory, { head })), [`file-lines ${path}`]);
  }
});

test("JSON that is nested without end is refused before it is parsed, in a row, in manifest.json and in a policy", async () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const inRow = await foundAfter((directory) => forge(directory, { lines: ([, ...rest]) => [deep, ...rest] }));
  assert.ok(inRow.includes("row-unreadable documents.jsonl.zst:1"));
  const inHead = await foundAfter((directory) => writeFileSync(join(directory, "manifest.json"), deep));
  assert.deepEqual(inHead, ["manifest-unreadable manifest.json"]);
  const inPolicy = await foundAfter((directory) => {
    const text = JSON.stringify(headIn(directory)).replace('"document":{', `"document":{"deep":${deep},`);
    writeFileSync(join(directory, "manifest.json"), text);
  });
  assert.deepEqual(inPolicy, ["manifest-unreadable manifest.json"]);
});

function withFile(head: Manifest, path: string, change: Partial<Manifest["files"][number]>): Manifest {
  const files = head.files.map((file) => (file.path === path ? Object.assign(file, change) : file));
  return { ...head, files };
}

/** Milliseconds from the abort until the verification has ended. */
async function stoppedAfter(change: (directory: string) => void): Promise<number> {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, 6);
  change(directory);
  const stop = new AbortController();
  const verifying = verifyManifest(directory, { signal: stop.signal });
  let abortedMs = 0;
  setTimeout(() => {
    abortedMs = performance.now();
    stop.abort();
  }, 300);
  await assert.rejects(verifying, { code: "interrupted" });
  return performance.now() - abortedMs;
}

test("it stops at once while a large file is hashed", async () => {
  const bytes = 200 * 2 ** 30;
  const ms = await stoppedAfter((directory) => {
    truncateSync(join(directory, shard), bytes);
    writeHead(directory, withFile(headIn(directory), shard, { bytes }));
  });
  assert.ok(ms < 1000, `${ms} ms`);
});

test("it stops at once while a file is unpacked", async () => {
  const ms = await stoppedAfter((directory) => {
    const documents = 200_000_000;
    writeFileSync(join(directory, "documents.jsonl.zst"), zstdCompressSync(Buffer.alloc(documents, "\n")));
    const head = headIn(directory);
    writeHead(directory, { ...head, totals: { ...head.totals, documents } });
  });
  assert.ok(ms < 1000, `${ms} ms`);
});

test("a file that is neither the rows nor a shard is found, though manifest.json lists it with its digest", async () => {
  const head = (one: Manifest): Manifest => ({
    ...one,
    files: [...one.files, { ...(one.files[0] ?? assert.fail()), path: "more.jsonl.zst" }],
  });
  const found = await foundAfter((directory) => {
    forge(directory, { head });
    cpSync(join(directory, "documents.jsonl.zst"), join(directory, "more.jsonl.zst"));
  });
  assert.deepEqual(found, ["file-list manifest.json"]);
});
