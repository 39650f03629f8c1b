import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { assertDone, sleepers, stage, until, within, type Stage, type WorkerProcess } from "./fault-stage.ts";

const begunBy = ({ lines }: WorkerProcess): number => lines.filter((line) => line.startsWith("begun")).length;

async function twoOnOneCore(on: Stage): Promise<[WorkerProcess, WorkerProcess]> {
  const first = on.worker(1, 0, 1);
  await until(() => first.lines.includes("share 1"));
  const second = on.worker(1, 0, 1);
  await until(() => second.lines.includes("share 0"));
  return [first, second];
}

suite("workers that share the cores of their machine", () => {
  test("have no more in progress between them than there are, the oldest first, and what is left goes to the next", async () => {
    await using on = await stage();
    const first = on.worker(2, 0, 3);
    await until(() => first.lines.includes("share 2"));
    const second = on.worker(2, 0, 3);
    await until(() => second.lines.includes("share 1"));
    const third = on.worker(2, 0, 3);
    await until(() => third.lines.includes("share 0"));
    const jobs = sleepers(30, 50);
    await on.queue.submit(jobs, within());
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, first.inHand.size + second.inHand.size + third.inHand.size);
    }, 5);
    assertDone(await Promise.all(jobs.map((job) => on.queue.ended(job, within()))));
    clearInterval(watch);
    assert.equal(most, 3);
    assert.ok(begunBy(first) > 0 && begunBy(second) > 0);
    assert.equal(begunBy(third), 0);
    const states = await on.queue.workers();
    assert.deepEqual(
      states.flatMap(({ name, standby }) => (standby.length === 0 ? [] : [[name.split(":")[1], standby]])),
      [[String(third.child.pid), ["slice"]]],
    );
  });

  for (const [signal, does] of [
    ["SIGKILL", "is killed"],
    ["SIGTERM", "ends"],
    ["SIGSTOP", "hangs"],
  ] as const) {
    test(`take over from one that ${does}`, async () => {
      await using on = await stage();
      const [first, second] = await twoOnOneCore(on);
      const jobs = sleepers(20, 50);
      await on.queue.submit(jobs, within());
      await until(() => begunBy(first) > 2);
      assert.equal(begunBy(second), 0);
      first.child.kill(signal);
      assertDone(await Promise.all(jobs.map((job) => on.queue.ended(job, within()))));
      assert.ok(begunBy(second) > 10, second.lines.join());
    });
  }

  test("keep their order when Redis forgets it, though the younger one says first that it is there", async () => {
    await using on = await stage();
    const [first, second] = await twoOnOneCore(on);
    first.child.kill("SIGSTOP");
    await on.connection.client.flushall();
    await until(() => second.lines.at(-1) === "share 1");
    first.child.kill("SIGCONT");
    await until(() => second.lines.at(-1) === "share 0");
    assert.deepEqual(
      first.lines.filter((line) => line.startsWith("share")),
      ["share 1"],
    );
  });
});
