import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { backoffMs, retrying } from "../../src/async/retry.ts";

suite("trying again", () => {
  test("waits twice as long after each failure, up to the bound, and a finite time after any number of them", () => {
    const backoff = { firstMs: 250, mostMs: 1500 };
    assert.deepEqual(
      [1, 2, 3, 4, 5, 5000].map((failures) => backoffMs(failures, backoff)),
      [250, 500, 1000, 1500, 1500, 1500],
    );
    assert.equal(backoffMs(5000, { firstMs: 0 }), 0);
    assert.ok(Number.isFinite(backoffMs(5000, { firstMs: 1000 })));
  });

  test("ends with the first success, or with the last failure when it is given up", async () => {
    const backoff = { firstMs: 1, mostMs: 1 };
    const tried: number[] = [];
    const failing = async (attempt: number): Promise<number> => {
      tried.push(attempt);
      if (attempt < 3) throw new Error(`failure ${attempt}`);
      return attempt;
    };
    assert.equal(await retrying(failing, { backoff, again: () => true }), 3);
    await assert.rejects(retrying(failing, { backoff, again: (_, tries) => tries < 2 }), /failure 2/);
    assert.deepEqual(tried, [1, 2, 3, 1, 2]);
  });

  test("tries once more at once when the signal aborts the wait", { timeout: 5000 }, async () => {
    const stop = new AbortController();
    const work = async (attempt: number): Promise<number> => {
      if (attempt === 1) setImmediate(() => stop.abort());
      if (attempt === 1) throw new Error("away");
      return attempt;
    };
    assert.equal(await retrying(work, { backoff: { firstMs: 60_000 }, again: () => true }, stop.signal), 2);
  });
});
