import assert from "node:assert/strict";
import { test } from "node:test";

import { jobOf } from "../../src/queue/job.ts";
import { localQueue } from "../../src/queue/local-queue.ts";
import { queueContract } from "../conformance/queue-contract.ts";
import { contractRetry } from "../conformance/queue-samples.ts";

queueContract("the local queue", async (options = {}) => localQueue({ ...options, retry: contractRetry }));

test("the local queue remembers as many completions as it is asked to, the newest", async () => {
  await using queue = localQueue({ keptEnds: 2 });
  const signal = AbortSignal.timeout(5000);
  const jobs = [1, 2, 3].map((n) => jobOf("slice", { n }));
  queue.consume("slice", async ({ payload }) => payload, { concurrency: 1 });
  await queue.submit(jobs, signal);
  const last = jobs[2];
  assert.ok(last !== undefined);
  await queue.ended(last, signal);
  const ends = await Promise.all(jobs.map((job) => queue.ended(job, signal)));
  assert.deepEqual(ends, ["lost", { state: "done", result: { n: 2 } }, { state: "done", result: { n: 3 } }]);
});
