import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { suite, test } from "node:test";
import { setImmediate as turns } from "node:timers/promises";

import { array, assert as assertProperty, integer, property, record } from "fast-check";

import { coresName, shareOf, type Sharer } from "../../../src/queue/bullmq/core-share.ts";
import { heartbeat } from "../../../src/queue/bullmq/heartbeat.ts";
import { beatScript } from "../../../src/queue/bullmq/lua.ts";
import { isRunning } from "../../../src/redis/process-identity.ts";
import type { RedisScripts } from "../../../src/redis/scripts.ts";

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

  test("is one with all processes of this machine that may use the same processors, and with no others", () => {
    const file = new URL("../../../src/queue/bullmq/core-share.ts", import.meta.url).href;
    const script = `import { coresName } from ${JSON.stringify(file)}; process.stdout.write(String(coresName()));`;
    const node = [process.execPath, "--input-type=module", "-e", script];
    const nameOf = (...command: readonly string[]): string =>
      execFileSync(command[0] ?? "", command.slice(1), { encoding: "utf8" });
    assert.equal(nameOf(...node), coresName());
    const pinned = nameOf("taskset", "-c", "0", ...node);
    assert.equal(pinned, nameOf("taskset", "-c", "0", ...node));
    if (availableParallelism() > 1) assert.notEqual(pinned, nameOf("taskset", "-c", "1", ...node));
  });

  test("is not kept for a process that has ended", () => {
    assert.equal(isRunning(process.pid), true);
    assert.equal(isRunning(spawnSync(process.execPath, ["-e", ""]).pid), false);
  });

  test("is given up for good when a process leaves while a sign of life is under way", async () => {
    const { scripts, sent, answer } = slowScripts();
    const beat = heartbeat({ scripts }, 60_000, assert.ifError);
    beat.start("slice", { wanted: 1, cores: { count: 1 }, onShare: () => undefined });
    await beat.stop();
    await answer(["1", [], 0]);
    assert.deepEqual(sent, ["beat", "leave"]);
  });

  test("stays what it is when Redis has forgotten everybody, until the others have said that they are there", async (t) => {
    const { scripts, answer } = slowScripts();
    const shares: number[] = [];
    const beat = heartbeat({ scripts }, 60_000, assert.ifError);
    t.after(() => beat.stop());
    const older = JSON.stringify({ id: "older", pid: process.pid, since: 1, wants: { slice: 1 } });
    beat.start("slice", { wanted: 1, cores: { count: 1 }, onShare: (jobs) => shares.push(jobs) });
    await answer(["2", [older], 0]);
    await answer(["2", [], 0]);
    assert.deepEqual(shares, [0]);
    beat.start("turn");
    await answer(["2", [], 1]);
    assert.deepEqual(shares, [0, 1]);
  });
});

type Answer = [since: string, others: string[], known: 0 | 1];

/** Scripts whose answers come when the test says so. */
function slowScripts(): {
  readonly scripts: RedisScripts;
  readonly sent: readonly string[];
  readonly answer: (answer: Answer) => Promise<void>;
} {
  const sent: string[] = [];
  const waiting: ((answer: Answer) => void)[] = [];
  return {
    sent,
    scripts: {
      run: async (lua) => {
        sent.push(lua === beatScript ? "beat" : "leave");
        return lua === beatScript ? new Promise((resolve) => waiting.push(resolve)) : 0;
      },
      serverTimeMs: async () => 0,
    },
    async answer(answer) {
      waiting.shift()?.(answer);
      await turns();
    },
  };
}
