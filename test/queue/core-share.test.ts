import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { suite, test } from "node:test";

import { array, assert as assertProperty, integer, property, record } from "fast-check";

import { coresName, isRunning, shareOf, type Sharer } from "../../src/queue/core-share.ts";

const sharers = array(record({ since: integer({ min: 1, max: 5 }), wanted: integer({ min: 1, max: 9 }) }), {
  minLength: 1,
  maxLength: 8,
}).map((all) => all.map(({ since, wanted }, n): Sharer => ({ id: `w${n}`, pid: n, since, wants: { slice: wanted } })));
const coreCounts = integer({ min: 1, max: 16 });

const sharesOf = (all: readonly Sharer[], cores: number): number[] =>
  all.map((one) =>
    shareOf(
      "slice",
      one,
      all.filter((other) => other !== one),
      cores,
    ),
  );
const wantedBy = ({ wants }: Sharer): number => wants.slice ?? 0;
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

suite("the share of a machine's cores", () => {
  test("is all that a process wants when it is alone or the first, even where that is more than there are", () => {
    assertProperty(
      property(sharers, coreCounts, (all, cores) => {
        const first = all.reduce((a, b) => (b.since < a.since ? b : a));
        assert.equal(sharesOf(all, cores)[all.indexOf(first)], wantedBy(first));
      }),
    );
  });

  test("is never more than a process wants, and those of all together never more than the cores or what the greediest wants", () => {
    assertProperty(
      property(sharers, coreCounts, (all, cores) => {
        const shares = sharesOf(all, cores);
        for (const [n, one] of all.entries()) {
          const share = shares[n] ?? Number.NaN;
          assert.ok(share >= 0 && share <= wantedBy(one));
        }
        assert.ok(sum(shares) <= Math.max(cores, ...all.map(wantedBy)));
      }),
    );
  });

  test("leaves no core idle that somebody wants", () => {
    assertProperty(
      property(sharers, coreCounts, (all, cores) => {
        assert.ok(sum(sharesOf(all, cores)) >= Math.min(cores, sum(all.map(wantedBy))));
      }),
    );
  });

  test("is counted by kind", () => {
    const older: Sharer = { id: "a", pid: 1, since: 1, wants: { export: 2 } };
    const mine: Sharer = { id: "b", pid: 2, since: 2, wants: { slice: 2, export: 2 } };
    assert.equal(shareOf("slice", mine, [older], 2), 2);
    assert.equal(shareOf("export", mine, [older], 2), 0);
    assert.equal(shareOf("turn", mine, [older], 2), 0);
  });

  test("is one with all processes of this machine", () => {
    const file = new URL("../../src/queue/core-share.ts", import.meta.url).href;
    const script = `import { coresName } from ${JSON.stringify(file)}; process.stdout.write(coresName());`;
    const name = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    assert.equal(name, coresName());
  });

  test("is not kept for a process that has ended", () => {
    assert.equal(isRunning(process.pid), true);
    assert.equal(isRunning(spawnSync(process.execPath, ["-e", ""]).pid), false);
  });
});
