import assert from "node:assert/strict";
import { test } from "node:test";

import { PipelineError } from "../../src/core/errors.ts";
import { cleanTally, retryRules, verdictOf, type Tally } from "../../src/queue/retry-rules.ts";

/** The waits between the tries of a job that always throws the same error, and its completion. */
function course(error: unknown): { readonly delays: number[]; readonly end: string } {
  const delays: number[] = [];
  for (let tally: Tally = cleanTally; ;) {
    const verdict = verdictOf(error, tally, retryRules);
    if (!verdict.again) return { delays, end: verdict.outcome.state };
    delays.push(verdict.delayMs);
    ({ tally } = verdict);
  }
}

test("what may pass is tried eight times, with waits that double from a second to a minute", () => {
  const delays = [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000];
  assert.deepEqual(course(new PipelineError("store-unreachable", "")), { delays, end: "failed" });
});

test("what cannot pass is not tried again", () => {
  assert.deepEqual(course(new PipelineError("store-refused", "")), { delays: [], end: "failed" });
});

test("a fault is tried three times, whatever is thrown", () => {
  for (const thrown of [new Error("broken"), "text", undefined, null]) {
    assert.deepEqual(course(thrown), { delays: [1000, 2000], end: "failed" });
  }
});

test("a job is quarantined at the third death of its thread", () => {
  assert.deepEqual(course(new PipelineError("worker-crashed", "")), { delays: [1000, 2000], end: "quarantined" });
});

test("deaths, faults and failures are counted apart, and all of them lengthen the wait", () => {
  const tally = { failures: 2, faults: 2, crashes: 1 };
  assert.deepEqual(verdictOf(new PipelineError("worker-crashed", ""), tally, retryRules), {
    again: true,
    delayMs: 32_000,
    tally: { failures: 2, faults: 2, crashes: 2 },
  });
  assert.equal(verdictOf(new Error("broken"), tally, retryRules).again, false);
});
