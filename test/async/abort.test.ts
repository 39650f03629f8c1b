import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { pause, unlessInterrupted, untilAborted, withAbort, withTimeout } from "../../src/async/abort.ts";
import { PipelineError } from "../../src/core/errors.ts";

const endless = new Promise<never>(() => undefined);
const never = new AbortController().signal;

suite("leaving work behind", () => {
  test("a signal that aborts, or has, ends the wait: as a failure or as nothing, as asked", async () => {
    for (const signal of [AbortSignal.abort(), AbortSignal.timeout(1)]) {
      await assert.rejects(withAbort(endless, signal, "counting sheep"), {
        code: "interrupted",
        message: "stopped while counting sheep",
      });
      assert.equal(await untilAborted(endless, signal), null);
      await pause(60_000, signal);
    }
    assert.equal(await withAbort(Promise.resolve(1), never, "counting"), 1);
    assert.equal(await untilAborted(Promise.resolve(1), never), 1);
  });

  test("time that has passed ends the wait with nothing, as a failure does", async () => {
    assert.equal(await withTimeout(endless, 1), undefined);
    assert.equal(await withTimeout(Promise.reject(new Error("away")), 1000), undefined);
    assert.equal(await withTimeout(Promise.resolve(1), 1000), 1);
  });

  test("an interruption is nothing only when it comes from the signal that was named; other failures are thrown", async () => {
    const interrupted = async (): Promise<number> => {
      throw new PipelineError("interrupted", "stopped");
    };
    assert.equal(await unlessInterrupted(interrupted()), null);
    assert.equal(await unlessInterrupted(interrupted(), AbortSignal.abort()), null);
    await assert.rejects(unlessInterrupted(interrupted(), never), { code: "interrupted" });
    await assert.rejects(unlessInterrupted(Promise.reject(new Error("a fault")), AbortSignal.abort()), /a fault/);
    assert.equal(await unlessInterrupted(Promise.resolve(1), never), 1);
  });
});
