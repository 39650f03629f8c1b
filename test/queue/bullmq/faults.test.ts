import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { runJob } from "../../../src/jobs/run-job.ts";
import { bullmqQueue } from "../../../src/queue/bullmq/queue.ts";
import { connectRedis } from "../../../src/redis/connection.ts";
import { faultSettings } from "./fault-settings.ts";
import { assertDone, deedOf, sleepers, stage, until, within } from "./fault-stage.ts";

suite("the queue on Redis under faults, with processes of their own", { concurrency: 3 }, () => {
  test("jobs of a worker that is killed are run by another, and none is lost", async () => {
    await using on = await stage();
    const jobs = sleepers(24, 60);
    const [first, second] = [on.worker(4), on.worker(4)];
    await until(() => first.lines.includes("ready") && second.lines.includes("ready"));
    await on.queue.submit(jobs, within());
    await until(() => first.inHand.size === 4);
    first.child.kill("SIGKILL");
    const ends = await Promise.all(jobs.map((job) => on.queue.ended(job, within())));
    assertDone(ends);
    assert.ok(ends.some((end) => end !== "lost" && end.state === "done" && Number(end.result["attempt"]) > 1));
  });

  test("workers killed again and again condemn no job that was only near", async () => {
    await using on = await stage();
    const jobs = sleepers(60, 40);
    const workers = [on.immortal(6), on.immortal(6)];
    await on.queue.submit(jobs, within());
    const ends = Promise.all(jobs.map((job) => on.queue.ended(job, within())));
    for (const round of [0, 1, 0]) {
      await until(() => (workers[round]?.current().inHand.size ?? 0) > 1);
      workers[round]?.current().child.kill("SIGKILL");
    }
    assertDone(await ends);
    assert.equal((await on.queue.counts("slice")).quarantined, 0);
  });

  test("a job that kills its process three times alone is quarantined, its neighbours are done, and it may be tried again", async () => {
    await using on = await stage();
    const file = join(on.server.folder, "poison");
    writeFileSync(file, "");
    const poison = deedOf({ n: 99, deed: "die while there is", file });
    const neighbours = sleepers(12, 200);
    const worker = on.immortal(4);
    await on.queue.submit([...neighbours.slice(0, 3), poison, ...neighbours.slice(3)], within());
    const end = await on.queue.ended(poison, within());
    assert.ok(end !== "lost" && end.state === "quarantined");
    assert.match(
      end.reason,
      /^its worker died with it 3 times while nothing else was in progress, last \S+:\d+, which had begun it at 20\S+Z$/u,
    );
    assertDone(await Promise.all(neighbours.map((job) => on.queue.ended(job, within()))));
    assert.equal((await on.queue.counts("slice")).quarantined, 1);
    assert.ok(worker.deaths() >= 3);
    rmSync(file);
    await on.queue.submit([poison], within());
    assertDone([await on.queue.ended(poison, within())]);
    assert.equal((await on.queue.counts("slice")).quarantined, 0);
  });

  test("FLUSHALL in mid-run loses the jobs, tells so, and all are done when they are handed in again", async () => {
    await using on = await stage();
    const workers = [on.worker(3), on.worker(3)];
    const runs = sleepers(40, 40).map((job) => runJob(on.queue, job, within()));
    await until(() => workers.flatMap(({ lines }) => lines).length > 8);
    await on.connection.client.flushall();
    assert.equal((await Promise.all(runs)).length, 40);
  });

  test("a restart of Redis that forgets everything is outlived by workers and submitters alike", async () => {
    await using on = await stage();
    const workers = [on.worker(3), on.worker(3)];
    const runs = sleepers(40, 40).map((job) => runJob(on.queue, job, within()));
    await until(() => workers.flatMap(({ lines }) => lines).length > 8);
    await on.server.kill();
    const late = runJob(on.queue, deedOf({ n: 100, ms: 1 }), within());
    await pause(700);
    await on.server.start();
    assert.equal((await Promise.all([...runs, late])).length, 41);
  });

  test("after a restart of Redis that kept its data the run continues where it was", async () => {
    await using on = await stage({ args: () => ["--appendonly", "yes", "--appendfsync", "always"] });
    const workers = [on.worker(3), on.worker(3)];
    const jobs = sleepers(30, 40);
    await on.queue.submit(jobs, within());
    await until(() => workers.flatMap(({ lines }) => lines).length > 8);
    await on.server.kill();
    await pause(300);
    await on.server.start();
    assertDone(await Promise.all(jobs.map((job) => on.queue.ended(job, within()))));
  });

  test("a caller that submits or waits while Redis is away can be stopped", async () => {
    await using on = await stage();
    const [job, other] = sleepers(2, 1);
    assert.ok(job !== undefined && other !== undefined);
    await on.queue.submit([job], within());
    await on.server.kill();
    await assert.rejects(on.queue.submit([other], within(100)), { code: "interrupted" });
    await assert.rejects(on.queue.ended(job, within(100)), { code: "interrupted" });
  });

  test("when Redis is half full a submitter waits, the workers drain it, and all is done", async () => {
    await using on = await stage({ args: () => ["--maxmemory", "8mb"] });
    await using queue = bullmqQueue(on.connection, { roomPollMs: 20 });
    const jobs = sleepers(6000, 0);
    let handedIn = false;
    const submitted = queue.submit(jobs, within()).then(() => {
      handedIn = true;
    });
    const usedMb = async (): Promise<number> => {
      const info = await on.connection.client.info("memory");
      return Number(/^used_memory:(\d+)/mu.exec(info)?.[1]) / 2 ** 20;
    };
    await until(async () => (await usedMb()) > 4);
    await pause(200);
    assert.ok((await usedMb()) < 5, `Redis holds ${await usedMb()} MB`);
    assert.equal(handedIn, false);
    queue.consume("slice", async () => ({}), { concurrency: 50 });
    await submitted;
    assertDone(await Promise.all(jobs.map((job) => queue.ended(job, within()))));
  });

  test("a Redis that others have filled to the brim stops the workers, and they continue when there is room", async () => {
    await using on = await stage();
    const jobs = sleepers(20, 10);
    await on.queue.submit(jobs, within());
    const { client } = on.connection;
    await client.set("of another", "x".repeat(2 ** 20));
    await client.config("SET", "maxmemory", "1mb");
    await using theirs = await connectRedis(on.server.url);
    const errors: Error[] = [];
    await using queue = bullmqQueue(theirs, { ...faultSettings, onError: (error) => errors.push(error) });
    queue.consume("slice", async () => ({}), { concurrency: 2 });
    await until(() => errors.some(({ message }) => message.startsWith("OOM")));
    await pause(300);
    assert.ok(errors.length < 50, `${errors.length} errors`);
    await client.config("SET", "maxmemory", "0");
    assertDone(await Promise.all(jobs.map((job) => on.queue.ended(job, within()))));
  });

  test("a job that two callers submit at the same time is run once, and both learn how it ended", async () => {
    await using on = await stage();
    await using connection = await connectRedis(on.server.url);
    await using second = bullmqQueue(connection, faultSettings);
    const worker = on.worker(2);
    await until(() => worker.lines.includes("ready"));
    const job = deedOf({ n: 1, ms: 300 });
    await Promise.all([on.queue.submit([job], within()), second.submit([job], within())]);
    const ends = await Promise.all([on.queue.ended(job, within()), second.ended(job, within())]);
    assertDone(ends);
    assert.deepEqual(ends[0], ends[1]);
    assert.equal(worker.lines.filter((line) => line === "begun 1").length, 1);
  });

  test("a worker that must end requeues what it cannot finish in time, and that is no failure of the job", async () => {
    await using on = await stage();
    const job = deedOf({ n: 1, ms: 1500 });
    const first = on.worker(1);
    await on.queue.submit([job], within());
    await until(() => first.inHand.size === 1);
    first.child.kill("SIGTERM");
    await first.dead;
    assert.equal(first.child.exitCode, 0);
    assert.deepEqual(first.lines.at(-1), "gave back 1");
    assert.deepEqual(await on.queue.workers(), []);
    assert.equal(await on.connection.client.hlen("{colophon}:slice:tallies"), 0);
    on.worker(1);
    assertDone([await on.queue.ended(job, within())]);
  });

  test("clocks that are an hour off neither hold a delayed job back nor end its delay", async () => {
    for (const clockMs of [3_600_000, -3_600_000]) {
      await using on = await stage();
      on.worker(2, clockMs);
      const jobs = [1, 2, 3].map((n) => deedOf({ n, deed: "fail once" }));
      await on.queue.submit(jobs, within());
      const ends = await Promise.all(jobs.map((job) => on.queue.ended(job, within())));
      assertDone(ends);
      for (const end of ends) {
        assert.ok(end !== "lost" && end.state === "done");
        assert.ok(Number(end.result["delayMs"]) >= 195, `tried again after ${String(end.result["delayMs"])} ms`);
      }
    }
  });
});
