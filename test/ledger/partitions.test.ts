import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { registerArchive } from "../../src/ledger/archives.ts";
import { isLocked, openLedger } from "../../src/ledger/open.ts";
import { openPartitions } from "../../src/ledger/partitions.ts";
import { archive, temporaryFolder } from "./sample-rows.ts";

test("a writer of partitions holds the lock of each, and lets go of all when one cannot be had", () => {
  using folder = temporaryFolder();
  const paths = pathsIn(folder.ledgerPath, 3);
  {
    using partitions = openPartitions(paths, { mode: "write" });
    assert.deepEqual(
      partitions.all.map(({ partition }) => partition),
      [0, 1, 2],
    );
    assert.deepEqual(paths.map(isLocked), [true, true, true]);
    using readers = openPartitions(paths, { mode: "read" });
    assert.equal(readers.all.length, 3);
  }
  assert.deepEqual(paths.map(isLocked), [false, false, false]);
  using _other = openLedger(paths[1] ?? "", { mode: "write" });
  assert.throws(() => openPartitions(paths, { mode: "write" }), { code: "corpus-locked" });
  assert.deepEqual(paths.map(isLocked), [false, true, false]);
});

test("a partition is never opened as another, nor as a whole ledger, nor a whole ledger as one", () => {
  using folder = temporaryFolder();
  const paths = pathsIn(folder.ledgerPath, 4);
  openPartitions(paths.slice(0, 3), { mode: "write" })[Symbol.dispose]();
  for (const mode of ["write", "read"] as const) {
    for (const wanted of [paths, paths.slice(0, 2), paths.slice(0, 1), paths.slice(0, 3).toReversed()]) {
      assert.throws(() => openPartitions(wanted, { mode }), { code: "config-invalid", message: /keeps the number/ });
    }
  }
  assert.ok(!existsSync(paths[3] ?? ""), "nothing is made beside it");
  {
    using whole = openPartitions([folder.ledgerPath], { mode: "write" });
    for (const ledger of whole.all) registerArchive(ledger, archive, 1n);
  }
  assert.throws(() => openPartitions([folder.ledgerPath, ...paths.slice(1, 3)], { mode: "write" }), {
    code: "config-invalid",
  });
});

test("partitions that a killed process had only begun to make are made by the next", () => {
  using folder = temporaryFolder();
  const paths = pathsIn(folder.ledgerPath, 2);
  // Killed between making the file and saying what it is.
  openLedger(paths[0] ?? "", { mode: "write" }).close();
  using partitions = openPartitions(paths, { mode: "write" });
  assert.deepEqual(
    partitions.all.map((ledger) => ledger.statement("SELECT number, count FROM partition").all()),
    [[{ number: 0, count: 2 }], [{ number: 1, count: 2 }]],
  );
});

function pathsIn(ledgerPath: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, number) => join(dirname(ledgerPath), `ledger-0000${number}.sqlite`));
}
