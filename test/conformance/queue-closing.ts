import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";

import { PipelineError } from "../../src/core/errors.ts";
import { type Job } from "../../src/queue/queue.ts";
import { done, held, sliceOf, until, within, type OpenQueue } from "./queue-samples.ts";

const byNumber = (a: readonly unknown[], b: readonly unknown[]): number => Number(a[0]) - Number(b[0]);

/** The contract of a queue: closing. */
export function queueClosing(open: OpenQueue): void {
  test("a consumer that closes begins nothing more and waits for what is in progress", async () => {
    await using queue = await open();
    const [first, second] = [sliceOf({ n: 1 }), sliceOf({ n: 2 })];
    const { handler, begun, letGo } = held();
    const consumer = queue.consume("slice", handler, { concurrency: 1 });
    await queue.submit([first, second], within());
    await until(() => begun.length === 1);
    const closed = consumer.close(10_000);
    await nextTurn();
    letGo();
    assert.equal(await closed, 0);
    assert.deepEqual(await queue.ended(first, within()), done({}));
    assert.equal(begun.length, 1);
    assert.equal((await queue.counts("slice")).waiting, 1);
  });

  test("a consumer that closes at its deadline stops what is in progress and requeues it unharmed", async () => {
    await using queue = await open();
    const jobs = [1, 2, 3].map((n) => sliceOf({ n }, n));
    const begun: unknown[] = [];
    const consumer = queue.consume(
      "slice",
      async ({ payload }, { signal }) => {
        begun.push(payload["n"]);
        await pause(60_000, undefined, { signal });
        return {};
      },
      { concurrency: 2 },
    );
    await queue.submit(jobs, within());
    await until(() => begun.length === 2);
    assert.equal(await consumer.close(10), 2);
    assert.deepEqual(await queue.counts("slice"), { waiting: 3, running: 0, delayed: 0, quarantined: 0 });
    const attempts: (readonly [unknown, number])[] = [];
    queue.consume(
      "slice",
      async ({ payload }, { attempt }) => {
        attempts.push([payload["n"], attempt]);
        if (attempts.length < 3) throw new PipelineError("store-unreachable", "no answer");
        return {};
      },
      { concurrency: 1 },
    );
    const ends = await Promise.all(jobs.map((job) => queue.ended(job, within())));
    assert.deepEqual(ends, [done({}), done({}), done({})]);
    assert.deepEqual(attempts.slice(0, 2).toSorted(byNumber), [
      [1, 2],
      [2, 2],
    ]);
  });

  test("a job whose handler does not listen when it is stopped goes back all the same", async () => {
    await using queue = await open();
    const job = sliceOf({ n: 1 });
    const { handler, begun, letGo } = held();
    const consumer = queue.consume("slice", handler, { concurrency: 1 });
    await queue.submit([job], within());
    await until(() => begun.length === 1);
    assert.equal(await consumer.close(0), 1);
    queue.consume("slice", async () => ({ n: 2 }), { concurrency: 1 });
    assert.deepEqual(await queue.ended(job, within()), done({ n: 2 }));
    letGo();
  });

  test("jobs are counted by what they do, and a job to be tried again is delayed", async () => {
    await using queue = await open();
    const [first, second, third] = [1, 2, 3].map((n) => sliceOf({ n }, n)) as [Job, Job, Job];
    const { handler, begun, letGo } = held();
    const seen: unknown[] = [];
    queue.consume(
      "slice",
      async (job, context) => {
        if (job.id === first.id && context.attempt === 1) throw new PipelineError("store-unreachable", "no answer");
        if (job.id === second.id) seen.push(await queue.counts("slice"));
        return handler(job, context);
      },
      { concurrency: 1 },
    );
    await queue.submit([first, second, third], within());
    await until(() => begun.length === 1);
    assert.deepEqual(seen, [{ waiting: 1, running: 1, delayed: 1, quarantined: 0 }]);
    letGo();
    for (const job of [first, second, third]) assert.deepEqual(await queue.ended(job, within()), done({}));
  });

  test("a caller that waits when the queue is closed is interrupted", async () => {
    const queue = await open();
    const job = sliceOf({ n: 1 });
    await queue.submit([job], within());
    const waiting = assert.rejects(queue.ended(job, within()), { code: "interrupted" });
    await nextTurn();
    await queue[Symbol.asyncDispose]();
    await waiting;
    await assert.rejects(queue.submit([job], within()), { code: "interrupted" });
  });
}
