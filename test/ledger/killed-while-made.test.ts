import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { openFrontierFile } from "../../src/frontier/sqlite-file.ts";
import { openLedger } from "../../src/ledger/open.ts";
import { temporaryFolder } from "./sample-rows.ts";

const program = fileURLToPath(new URL("open-and-die.ts", import.meta.url));
const openings = {
  ledger: (path: string) => openLedger(path, { mode: "write" }).close(),
  frontier: (path: string) => void openFrontierFile(path),
};

for (const [kind, open] of Object.entries(openings)) {
  test(`a ${kind} whose maker is killed before any call into SQLite is opened by the next one`, () => {
    using folder = temporaryFolder();
    let killed = 0;
    for (let calls = 0; ; calls++, killed++) {
      const path = join(dirname(folder.ledgerPath), `${calls}.sqlite`);
      const child = spawnSync(process.execPath, [program, kind, path, String(calls)], { encoding: "utf8" });
      if (child.signal === null) {
        assert.equal(child.status, 0, child.stderr);
        break;
      }
      assert.equal(child.signal, "SIGKILL");
      assert.doesNotThrow(() => open(path), `killed before call ${calls}`);
    }
    assert.ok(killed > 5, `only ${killed} calls`);
  });
}
