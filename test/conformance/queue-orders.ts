import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { PipelineError } from "../../src/core/errors.ts";
import { payloadBytes, type Job } from "../../src/queue/queue.ts";
import { done, held, sliceOf, until, within, type OpenQueue } from "./queue-samples.ts";

/** The contract of a queue: submitting, order and counts. */
export function queueOrders(open: OpenQueue): void {
  test("a job reaches the consumer of its kind as it was handed in, and its result comes back", async () => {
    await using queue = await open();
    const job = sliceOf({ archive: "abc", index: 3, nothing: null }, 2);
    const got: Job[] = [];
    queue.consume(
      "slice",
      async (one) => {
        got.push(one);
        return { digest: "é", list: [1, null] };
      },
      { concurrency: 1 },
    );
    await queue.submit([job], within());
    assert.deepEqual(await queue.ended(job, within()), done({ digest: "é", list: [1, null] }));
    assert.deepEqual(got, [job]);
  });

  test("a job waits until a consumer takes its kind, and goes to no other", async () => {
    await using queue = await open();
    const job = sliceOf({ n: 1 });
    await queue.submit([job], within());
    queue.consume("export", async () => assert.fail("a slice went to the exporter"), { concurrency: 1 });
    await until(async () => (await queue.counts("slice")).waiting === 1);
    queue.consume("slice", async () => ({ n: 1 }), { concurrency: 1 });
    assert.deepEqual(await queue.ended(job, within()), done({ n: 1 }));
  });

  test("the lowest priority is begun first, and of one priority what came first", async () => {
    await using queue = await open();
    const order: unknown[] = [];
    const jobs = [5, 0, 1, 5, 0, 1].map((priority, n) => sliceOf({ n }, priority));
    await queue.submit(jobs, within());
    queue.consume(
      "slice",
      async ({ payload }) => {
        order.push(payload["n"]);
        return {};
      },
      { concurrency: 1 },
    );
    await Promise.all(jobs.map((job) => queue.ended(job, within())));
    assert.deepEqual(order, [1, 4, 2, 5, 0, 3]);
  });

  test("as many jobs are in progress at a time as a consumer asks for, and no more", async () => {
    await using queue = await open();
    let [inHand, most] = [0, 0];
    const third = Promise.withResolvers<void>();
    const jobs = Array.from({ length: 12 }, (_, n) => sliceOf({ n }));
    queue.consume(
      "slice",
      async () => {
        inHand += 1;
        most = Math.max(most, inHand);
        // On a busy machine the third may come late; this is how long later ones are watched for one too many.
        if (most === 3) third.resolve();
        await third.promise;
        await pause(15);
        inHand -= 1;
        return {};
      },
      { concurrency: 3 },
    );
    await queue.submit(jobs, within());
    await Promise.all(jobs.map((job) => queue.ended(job, within())));
    assert.equal(most, 3);
  });

  test("a job that waits or runs is joined by a caller that submits it again", async () => {
    await using queue = await open();
    const job = sliceOf({ n: 1 });
    const { handler, begun, letGo } = held();
    await queue.submit([job, job], within());
    await queue.submit([job], within());
    queue.consume("slice", handler, { concurrency: 2 });
    await until(() => begun.length === 1);
    await queue.submit([job], within());
    assert.deepEqual(await queue.counts("slice"), { waiting: 0, running: 1, delayed: 0, quarantined: 0 });
    const ends = Promise.all([queue.ended(job, within()), queue.ended(job, within())]);
    letGo();
    assert.deepEqual(await ends, [done({}), done({})]);
    assert.equal(begun.length, 1);
  });

  test("payloads over the bound, odd ids and odd priorities are refused, with all that was handed in beside them", async () => {
    await using queue = await open();
    const fits = { text: "x".repeat(payloadBytes - JSON.stringify({ text: "" }).length) };
    await queue.submit([sliceOf(fits)], within());
    const odd: readonly Job[] = [
      sliceOf({ text: `${fits.text}x` }),
      { ...sliceOf({}), id: "a:b" },
      { ...sliceOf({}), id: "" },
      sliceOf({}, -1),
      sliceOf({}, 1.5),
    ];
    for (const job of odd) {
      await assert.rejects(queue.submit([sliceOf({ n: 1 }), job], within()), { code: "usage" });
    }
    assert.equal((await queue.counts("slice")).waiting, 1);
  });

  test("submitting waits while too many jobs wait, continues when they are done, and can be stopped", async () => {
    await using queue = await open({ waitingLimit: 10 });
    const jobs = Array.from({ length: 40 }, (_, n) => sliceOf({ n }));
    const stop = new AbortController();
    const stopped = queue.submit(jobs, stop.signal);
    await until(async () => (await queue.counts("slice")).waiting === 10);
    stop.abort();
    await assert.rejects(stopped, { code: "interrupted" });
    const handedIn = queue.submit(jobs, within());
    let runs = 0;
    let most = 0;
    queue.consume(
      "slice",
      async () => {
        runs += 1;
        most = Math.max(most, (await queue.counts("slice")).waiting);
        return {};
      },
      { concurrency: 2 },
    );
    await handedIn;
    await Promise.all(jobs.map((job) => queue.ended(job, within())));
    assert.ok(most <= 10, `${most} jobs waited`);
    assert.ok(runs >= 40);
  });

  test("a process that consumes shows its name, its kinds and what it has done", async () => {
    await using queue = await open();
    assert.deepEqual(await queue.workers(), []);
    const [first, second] = [sliceOf({ n: 1 }), sliceOf({ n: 2 })];
    const { handler, begun, letGo } = held();
    queue.consume("slice", (job, context) => (job.id === first.id ? Promise.resolve({}) : handler(job, context)), {
      concurrency: 1,
    });
    queue.consume("turn", async () => ({}), { concurrency: 1 });
    await queue.submit([first, second], within());
    await queue.ended(first, within());
    await until(() => begun.length === 1);
    await until(async () => (await queue.workers()).some(({ running, done: ended }) => running === 1 && ended === 1));
    const [worker] = await queue.workers();
    assert.match(worker?.name ?? "", new RegExp(`^[^:]+:${process.pid}$`, "u"));
    assert.deepEqual(worker?.kinds.toSorted(), ["slice", "turn"]);
    assert.ok(worker.silentMs < 10_000);
    letGo();
  });

  test("a handler may say how far it is as often as it likes", async () => {
    await using queue = await open();
    const job = sliceOf({ n: 1 });
    queue.consume(
      "slice",
      async (_, { progress }) => {
        for (let step = 0; step <= 1000; step += 1) progress(step / 1000);
        return {};
      },
      { concurrency: 1 },
    );
    await queue.submit([job], within());
    assert.deepEqual(await queue.ended(job, within()), done({}));
  });

  test("a thousand jobs, many of them twice and some failing, all come to their ends", async () => {
    await using queue = await open();
    const jobs = Array.from({ length: 1000 }, (_, n) => sliceOf({ n: n % 700 }, n % 3));
    queue.consume(
      "slice",
      async ({ payload }, { attempt }) => {
        const n = Number(payload["n"]);
        if (n % 50 === 7 && attempt === 1) throw new PipelineError("store-unreachable", "no answer");
        if (n % 100 === 3) throw new PipelineError("archive-missing", "no such archive");
        return { n };
      },
      { concurrency: 20 },
    );
    await queue.submit(jobs, within());
    const ends = await Promise.all(jobs.map((job) => queue.ended(job, within())));
    for (const [index, end] of ends.entries()) {
      const n = index % 700;
      const failed = { state: "failed", code: "archive-missing", message: "no such archive" };
      assert.deepEqual(end, n % 100 === 3 ? failed : done({ n }));
    }
  });
}
