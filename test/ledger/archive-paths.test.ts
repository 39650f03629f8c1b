import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import Database from "better-sqlite3";

import { settleArchivePaths } from "../../src/ledger/archive-paths.ts";
import { archiveByPath, archivePaths, noteArchiveCopy, registerArchive } from "../../src/ledger/archives.ts";
import { openLedger } from "../../src/ledger/open.ts";
import { archive } from "./sample-rows.ts";

interface Place extends Disposable {
  readonly path: string;
  readonly corpus: string;
  readonly ledger: string;
}

function place(): Place {
  const path = mkdtempSync(join(tmpdir(), "colophon-paths-"));
  const corpus = join(path, "corpus");
  mkdirSync(join(corpus, "archives"), { recursive: true });
  return {
    path,
    corpus,
    ledger: join(corpus, "ledger.sqlite"),
    [Symbol.dispose]: () => rmSync(path, { recursive: true }),
  };
}

/** Paths as they stand in the table. */
function storedIn(ledger: string): unknown[] {
  const db = new Database(ledger, { readonly: true });
  const paths = db.prepare("SELECT path FROM archive_path ORDER BY path").pluck().all();
  db.close();
  return paths;
}

test("an archive in the folder of the corpus is kept by its path in there, and found at the same place of a copy", () => {
  using here = place();
  const stat = { bytes: archive.bytes, mtimeNs: 1n };
  const row = { ...archive, path: join(here.corpus, "archives/one.warc.gz") };
  const outside = { ...archive, path: join(here.path, "one.warc.gz") };
  {
    using ledger = openLedger(here.ledger, { mode: "write" });
    assert.deepEqual(registerArchive(ledger, row, 1n), row);
    assert.deepEqual(registerArchive(ledger, outside, 1n), outside);
    noteArchiveCopy(ledger, row.path, "CRAWL", "file");
    assert.deepEqual(ledger.statement("SELECT count(*) AS n FROM archive_copy").get(), { n: 1 });
  }
  assert.deepEqual(storedIn(here.ledger), [outside.path, "archives/one.warc.gz"]);
  const copy = join(here.path, "a copy");
  cpSync(here.corpus, copy, { recursive: true });
  using ledger = openLedger(join(copy, "ledger.sqlite"), { mode: "read" });
  const own = join(copy, "archives/one.warc.gz");
  assert.deepEqual(archivePaths(ledger, archive.sha256), [own, outside.path], "its own comes first");
  assert.equal(archiveByPath(ledger, own, stat)?.path, own);
  assert.equal(archiveByPath(ledger, row.path, stat), null, "that of the original is not its own");
});

test("an archive is in the folder of the corpus whichever of its names the folder is called by", () => {
  using here = place();
  const alias = join(here.path, "alias");
  symlinkSync(here.corpus, alias);
  writeFileSync(join(here.corpus, "archives/one.warc.gz"), "x");
  using ledger = openLedger(here.ledger, { mode: "write" });
  registerArchive(ledger, { ...archive, path: join(alias, "archives/one.warc.gz") }, 1n);
  assert.deepEqual(archivePaths(ledger, archive.sha256), [join(here.corpus, "archives/one.warc.gz")]);
});

test("a folder beside the corpus whose name begins with dots or with that of the corpus is outside of it", () => {
  using here = place();
  using ledger = openLedger(here.ledger, { mode: "write" });
  for (const name of ["corpus-2/one.warc.gz", "..x/one.warc.gz"])
    registerArchive(ledger, { ...archive, path: join(here.path, name) }, 1n);
  registerArchive(ledger, { ...archive, path: join(here.corpus, "..x") }, 1n);
  assert.deepEqual(storedIn(here.ledger), [
    "..x",
    join(here.path, "..x/one.warc.gz"),
    join(here.path, "corpus-2/one.warc.gz"),
  ]);
});

test("absolute paths of an older ledger become those of the corpus as it stands, also when it was moved or copied", () => {
  using here = place();
  const former = "/former/corpus";
  const found = ["archives/one.warc.gz", "archives/two.warc.gz", "other/three.warc.gz"];
  mkdirSync(join(here.corpus, "other"));
  for (const path of ["archives/one.warc.gz", "other/three.warc.gz"]) writeFileSync(join(here.corpus, path), "xyz");
  openLedger(here.ledger, { mode: "write" }).close();
  const db = new Database(here.ledger);
  const paths = [
    [`${former}/archives/one.warc.gz`, 1, 3],
    [`${former}/archives/gone.warc.gz`, 2, 5],
    [`${former}/other/three.warc.gz`, 3, 3],
    [`${here.corpus}/archives/two.warc.gz`, 4, 9],
    // Of another length than the file of that name here.
    ["/elsewhere/three.warc.gz", 5, 4],
  ] as const;
  for (const [path, key, bytes] of paths) {
    db.prepare("INSERT INTO archive VALUES (?, ?, 'a', ?, 10, 1)").run(key, Buffer.alloc(32, key), bytes);
    db.prepare("INSERT INTO archive_path VALUES (?, ?, 1)").run(path, key);
  }
  for (let time = 0; time < 2; time++) settleArchivePaths(db, here.ledger);
  db.close();
  assert.deepEqual(storedIn(here.ledger), ["/elsewhere/three.warc.gz", "archives/gone.warc.gz", ...found]);
});
