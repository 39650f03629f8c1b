import assert from "node:assert/strict";
import { test } from "node:test";

import { PipelineError } from "../../src/core/errors.ts";
import type { JobOutcome, JobHandler } from "../../src/queue/queue.ts";
import { done, held, sliceOf, until, within, type OpenQueue } from "./queue-samples.ts";

/** Gives a new queue a handler and a job; returns how the job ends. */
async function endOf(open: OpenQueue, handler: JobHandler, priority = 0): Promise<JobOutcome | "lost"> {
  await using queue = await open();
  const job = sliceOf({ n: 1 }, priority);
  queue.consume("slice", handler, { concurrency: 1 });
  await queue.submit([job], within());
  // Awaited here: the queue is closed behind it.
  return await queue.ended(job, within());
}

/** The contract of a queue: how jobs end, and which are tried again. */
export function queueEnds(open: OpenQueue): void {
  test("a job that has ended is begun again when it is submitted again", async () => {
    await using queue = await open();
    const job = sliceOf({ n: 1 });
    let runs = 0;
    queue.consume(
      "slice",
      async (_, { attempt }) => {
        runs += 1;
        if (runs === 2) throw new PipelineError("archive-missing", "no such archive");
        return { runs, attempt };
      },
      { concurrency: 1 },
    );
    const ends = [];
    for (let time = 0; time < 3; time += 1) {
      await queue.submit([job], within());
      ends.push(await queue.ended(job, within()));
    }
    assert.deepEqual(ends, [
      done({ runs: 1, attempt: 1 }),
      { state: "failed", code: "archive-missing", message: "no such archive" },
      done({ runs: 3, attempt: 1 }),
    ]);
  });

  test("a failure that may pass is tried again later, and the attempts are counted", async () => {
    const end = await endOf(
      open,
      async ({ priority }, { attempt }) => {
        if (attempt < 3) throw new PipelineError("store-unreachable", "no answer");
        return { attempt, priority };
      },
      7,
    );
    assert.deepEqual(end, done({ attempt: 3, priority: 7 }));
  });

  test("a failure that does not pass ends the job with its code and message after the last try", async () => {
    let runs = 0;
    const end = await endOf(open, async () => {
      runs += 1;
      throw new PipelineError("store-unreachable", `no answer to request ${runs}`);
    });
    assert.deepEqual(end, { state: "failed", code: "store-unreachable", message: "no answer to request 3" });
    assert.equal(runs, 3);
  });

  test("a failure that cannot pass ends the job immediately", async () => {
    let runs = 0;
    const end = await endOf(open, async () => {
      runs += 1;
      throw new PipelineError("archive-not-archive", 'not a WARC: "\u0007\n"');
    });
    assert.deepEqual(end, { state: "failed", code: "archive-not-archive", message: 'not a WARC: "\u0007\n"' });
    assert.equal(runs, 1);
  });

  test("a fault of the handler is tried again a few times and then ends the job as worker-crashed", async () => {
    let runs = 0;
    const end = await endOf(open, async () => {
      runs += 1;
      throw new TypeError("undefined is not a function");
    });
    const message = "a fault of the worker: undefined is not a function";
    assert.deepEqual(end, { state: "failed", code: "worker-crashed", message });
    assert.equal(runs, 3);
  });

  test("a result over the bound is a fault of the handler", async () => {
    const end = await endOf(open, async () => ({ text: "x".repeat(4090) }));
    assert.ok(end !== "lost" && end.state === "failed" && end.code === "worker-crashed");
    assert.match(end.message, /the result of a job has 4101 bytes, at most 4096/u);
  });

  test("a job whose thread dies with it three times is quarantined with the reason, until it is handed in again", async () => {
    await using queue = await open();
    const job = sliceOf({ n: 1 });
    let runs = 0;
    queue.consume(
      "slice",
      async () => {
        runs += 1;
        if (runs <= 3) throw new PipelineError("worker-crashed", "the thread ran out of memory");
        return { runs };
      },
      { concurrency: 1 },
    );
    await queue.submit([job], within());
    const end = await queue.ended(job, within());
    assert.ok(end !== "lost" && end.state === "quarantined");
    assert.match(end.reason, /its thread died with it 3 times: the thread ran out of memory/u);
    assert.equal((await queue.counts("slice")).quarantined, 1);
    await queue.submit([job], within());
    assert.deepEqual(await queue.ended(job, within()), done({ runs: 4 }));
    assert.equal((await queue.counts("slice")).quarantined, 0);
  });

  test("a job that the queue does not know is lost", async () => {
    await using queue = await open();
    assert.equal(await queue.ended(sliceOf({ n: 1 }), within()), "lost");
  });

  test("a job continues when its caller stops waiting for it", async () => {
    await using queue = await open();
    const job = sliceOf({ n: 1 });
    const { handler, begun, letGo } = held();
    await queue.submit([job], within());
    queue.consume("slice", handler, { concurrency: 1 });
    await until(() => begun.length === 1);
    const stop = new AbortController();
    const waiting = queue.ended(job, stop.signal);
    stop.abort();
    await assert.rejects(waiting, { code: "interrupted" });
    await assert.rejects(queue.ended(job, AbortSignal.abort()), { code: "interrupted" });
    const again = queue.ended(job, within());
    letGo();
    assert.deepEqual(await again, done({}));
  });
}
