import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { suite, test } from "node:test";

import * as layout from "../../src/store/layout.ts";
import { isObjectName } from "../../src/store/object-name.ts";

const zeros = "0".repeat(64);
const effs = "f".repeat(64);
const run = "0123456789abcdef0123456789abcdef";

/** Each function with extreme arguments, and the names as existing stores have them. */
const names: readonly (readonly [string, string])[] = [
  [layout.archiveName(zeros), `archives/${zeros}`],
  [layout.segmentName(effs), `segments/${effs}`],
  [layout.sliceResultName(zeros), `slices/${zeros}`],
  [layout.copyName(effs, "ask"), `copies/${effs}/ask`],
  [layout.copyName(effs, "end"), `copies/${effs}/end`],
  [layout.crawlName(zeros), `crawls/${zeros}`],
  [layout.turnName({ run, lease: 0, part: null }, "ask"), `turns/${run}/0/ask`],
  [layout.turnName({ run, lease: 0, part: 0 }, "ask"), `turns/${run}/0.0/ask`],
  [layout.turnName({ run, lease: 2 ** 53 - 1, part: 19 }, "end"), `turns/${run}/9007199254740991.19/end`],
  [layout.snapshotName(zeros), `clusterings/${zeros}/documents`],
  [layout.edgesName(zeros, 0, 1), `clusterings/${zeros}/edges-0-1`],
  [layout.edgesName(effs, 20, 21), `clusterings/${effs}/edges-20-21`],
  [layout.exportPartName(zeros), `exports/${zeros}/part`],
  [layout.shardName(zeros), `exports/${zeros}/shard`],
  [layout.shardResultName(effs), `exports/${effs}/result`],
  [layout.probeName(run), `probes/${run}`],
];

/** What each placeholder of a row stands for. */
const fields: Readonly<Record<string, string>> = {
  SHA256: "[0-9a-f]{64}",
  ID: "[0-9a-f]{64}",
  RUN: "[0-9a-f]{32}",
  RANDOM: "[0-9a-f]{32}",
  LEASE: "[0-9]+(?:\\.[0-9]+)?",
  PART: "[0-9]+",
  OF: "[0-9]+",
};
const patternOf = (name: string): RegExp => {
  const pattern = name.replaceAll(/[A-Z][A-Z0-9]*/g, (field) => fields[field] ?? assert.fail(`what is ${field}?`));
  return new RegExp(`^${pattern}$`);
};

suite("the layout of a store", () => {
  for (const [name, expected] of names) {
    test(`names ${expected.replaceAll(/[0-9a-f]{32,}/g, "…")} as it always has, and every store may hold it`, () => {
      assert.equal(name, expected);
      assert.ok(isObjectName(name));
    });

    test(`has exactly one row for ${expected.replaceAll(/[0-9a-f]{32,}/g, "…")}`, () => {
      const rows = layout.storeLayout.filter((row) => patternOf(row.name).test(name));
      assert.equal(rows.length, 1, `${name}: ${rows.length} rows`);
    });
  }

  test("has no row that no function names, and no function that this test forgot", () => {
    for (const row of layout.storeLayout)
      assert.ok(
        names.some(([name]) => patternOf(row.name).test(name)),
        row.name,
      );
    const functions = readFileSync("src/store/layout.ts", "utf8").matchAll(/^export function (\w+)/gm);
    const own = readFileSync("test/store/layout.test.ts", "utf8");
    for (const [, name = ""] of functions) assert.ok(own.includes(`layout.${name}(`), `${name} is not tested`);
  });

  test("begins the names of all turns of a run, and of no other run, with the prefix of the run", () => {
    const prefix = layout.turnsPrefix(run);
    assert.ok(layout.turnName({ run, lease: 7, part: 2 }, "end").startsWith(prefix));
    assert.ok(!layout.turnName({ run: `${run}0`, lease: 7, part: 2 }, "end").startsWith(prefix));
  });
});

suite("names of objects", () => {
  const first = [...new Set(layout.storeLayout.map(({ name }) => name.slice(0, name.indexOf("/"))))];
  const builds = new RegExp(`["'\`](?:${first.join("|")})/`);

  test("are seen where they are built", () => {
    for (const code of ["`archives/${sha256}`", '"turns/" + run', "'exports/x/part'", "`segments/${a}`"]) {
      assert.match(code, builds);
    }
    assert.match(readFileSync("src/store/layout.ts", "utf8"), builds);
  });

  for (const file of globSync(["src/**/*.ts", "workers/*.ts"]).filter((path) => path !== "src/store/layout.ts")) {
    test(`are not built in ${file}`, () => {
      const code = readFileSync(file, "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "");
      assert.doesNotMatch(code, builds);
    });
  }
});
