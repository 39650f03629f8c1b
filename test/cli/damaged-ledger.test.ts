import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, globSync, openSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { archiveOfPages } from "../fixtures/archive-of-pages.ts";
import { runColophon, temporaryFolder } from "../fixtures/run-colophon.ts";

const pageBytes = 8192;

test("damage inside a ledger that still opens ends every command with its status and what to do, never as a fault of the program", async () => {
  using folder = temporaryFolder();
  const corpus = join(folder.path, "corpus");
  const archive = join(folder.path, "pages.warc.gz");
  writeFileSync(archive, archiveOfPages("example.org", 0, 5));
  assert.equal((await runColophon("ingest", archive, "--corpus", corpus)).status, 0);
  const ledger = join(corpus, "ledger.sqlite");
  const file = openSync(ledger, "r+");
  // The first page has the schema; the schema of so many views goes on behind it.
  for (let at = 12 * pageBytes; at < statSync(ledger).size; at += pageBytes)
    writeSync(file, Buffer.alloc(pageBytes, 0x5a), 0, pageBytes, at);
  closeSync(file);
  for (const args of [
    ["status"],
    ["stats"],
    ["publish"],
    ["explain", "https://example.org/page/1"],
    ["ingest", archive],
  ]) {
    const { status, out, err } = await runColophon(...args, "--corpus", corpus);
    assert.equal(status, 4, `${args.join(" ")}: ${out}${err}`);
    assert.match(err, /damaged/);
    assert.doesNotMatch(err, /internal error/);
  }
});

test("a pipe where the ledger or a segment should be is named at once", { timeout: 60_000 }, async () => {
  using folder = temporaryFolder();
  const corpus = join(folder.path, "corpus");
  const archive = join(folder.path, "pages.warc.gz");
  writeFileSync(archive, archiveOfPages("example.org", 0, 5));
  assert.equal((await runColophon("ingest", archive, "--corpus", corpus)).status, 0);
  const [segment = ""] = globSync("segments/**/*.segment", { cwd: corpus });
  for (const [path, command] of [
    ["ledger.sqlite", "status"],
    [segment, "publish"],
  ] as const) {
    renameSync(join(corpus, path), join(folder.path, "aside"));
    assert.equal(spawnSync("mkfifo", [join(corpus, path)]).status, 0);
    const { status, err } = await runColophon(command, "--corpus", corpus);
    assert.equal(status, 4, err);
    assert.match(err, /is no file/);
    rmSync(join(corpus, path));
    renameSync(join(folder.path, "aside"), join(corpus, path));
  }
});
