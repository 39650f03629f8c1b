import assert from "node:assert/strict";
import { test } from "node:test";

import { throttled } from "../../src/async/throttle.ts";

test("the first value passes at once, then the newest of each period, and nothing after the stop", (context) => {
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
