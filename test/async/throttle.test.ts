import assert from "node:assert/strict";
import { test } from "node:test";

import { onceEvery, throttled } from "../../src/async/throttle.ts";

test("the first value passes immediately, then the newest of each period, and nothing after the stop", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const passed: number[] = [];
  const { say, stop } = throttled(1000, (value: number) => passed.push(value));
  for (const value of [1, 2, 3]) say(value);
  assert.deepEqual(passed, [1]);
  context.mock.timers.tick(1000);
  assert.deepEqual(passed, [1, 3]);
  context.mock.timers.tick(5000);
  assert.deepEqual(passed, [1, 3]);
  say(4);
  say(5);
  stop();
  context.mock.timers.tick(5000);
  assert.deepEqual(passed, [1, 3, 4]);
});

test("what comes more often than once a period is dropped, for each key by itself", (context) => {
  let nowMs = 0;
  context.mock.method(performance, "now", () => nowMs);
  const isDue = onceEvery(1000, 2);
  assert.deepEqual([isDue("a"), isDue("a"), isDue("b")], [true, false, true]);
  nowMs = 999;
  assert.equal(isDue("a"), false);
  nowMs = 1000;
  assert.deepEqual([isDue("a"), isDue("a")], [true, false]);
  // A third key: the others are forgotten, so that no more than two are remembered.
  assert.deepEqual([isDue("c"), isDue("a")], [true, true]);
});
