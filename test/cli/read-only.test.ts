import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, globSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";

import { openFrontier } from "../../src/frontier/sqlite-frontier.ts";
import { openLedger } from "../../src/ledger/open.ts";
import { archiveOfPages } from "../fixtures/archive-of-pages.ts";
import { ended, runColophon, temporaryFolder, type Run } from "../fixtures/run-colophon.ts";

const bin = new URL("../../bin/colophon.js", import.meta.url).pathname;
const folder = temporaryFolder();
// Root may write anywhere, so another user asks.
const asNobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

const madeOf = [1, 2].map((partitions) => join(folder.path, `corpus-${partitions}`));

before(async () => {
  chmodSync(folder.path, 0o755);
  const archive = join(folder.path, "pages.warc.gz");
  writeFileSync(archive, archiveOfPages("pages.example", 0, 4));
  for (const [index, corpus] of madeOf.entries()) {
    const partitions = ["--partitions", String(index + 1)];
    const { status, err } = await runColophon("ingest", archive, "--corpus", corpus, ...partitions);
    assert.equal(status, 0, err);
    openFrontier(join(corpus, "frontier.sqlite")).close();
  }
});
after(() => {
  for (const corpus of madeOf) chmodSync(corpus, 0o755);
  folder[Symbol.dispose]();
});

/** Every file of it but those of a log, as after a download. */
function withoutLogs(corpus: string): void {
  for (const path of globSync(join(corpus, "*.sqlite-*"))) rmSync(path);
}

async function reading(...args: readonly string[]): Promise<Run> {
  return ended(spawn(process.execPath, [bin, ...args], { stdio: ["ignore", "pipe", "pipe"], ...asNobody }));
}

suite("a corpus in a folder that may not be written", () => {
  test("is read by every command that reads, from one file or from partitions, and no file is made", async () => {
    for (const corpus of madeOf) {
      withoutLogs(corpus);
      const names = readdirSync(corpus);
      chmodSync(corpus, 0o555);
      for (const [expected, ...args] of [
        [/4 kept/, "status", "--corpus", corpus],
        [/CC-BY-4\.0 +4/, "stats", "--corpus", corpus],
        [/\b4\b/, "query", "SELECT count(*) AS kept FROM decisions WHERE kept = 1", "--corpus", corpus],
        [/kept under default/, "explain", "https://pages.example/page/1", "--corpus", corpus],
        [/4 records read again[^]*nothing that disagrees/, "verify", corpus],
      ] as const) {
        const { status, out, err } = await reading(...args);
        assert.equal(status, 0, args[0] + out + err);
        assert.match(out, expected, args[0]);
      }
      assert.deepEqual(readdirSync(corpus), names);
      chmodSync(corpus, 0o755);
    }
  });

  test("is refused, with what to do, when its log holds rows that cannot be read there", async () => {
    const [corpus = ""] = madeOf;
    const torn = join(folder.path, "torn");
    mkdirSync(torn);
    copyFileSync(join(corpus, "corpus.yaml"), join(torn, "corpus.yaml"));
    copyFileSync(join(corpus, "policy.yaml"), join(torn, "policy.yaml"));
    {
      using ledger = openLedger(join(corpus, "ledger.sqlite"), { mode: "write" });
      ledger.db.exec("INSERT INTO term (text) VALUES ('of the log')");
      for (const end of ["", "-wal"])
        copyFileSync(join(corpus, `ledger.sqlite${end}`), join(torn, `ledger.sqlite${end}`));
    }
    chmodSync(torn, 0o555);
    const { status, err } = await reading("status", "--corpus", torn);
    chmodSync(torn, 0o755);
    assert.equal(status, 8);
    assert.match(err, /cannot open .*ledger\.sqlite.*immutable=1/);
  });
});
