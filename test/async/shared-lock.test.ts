import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { setImmediate as turns } from "node:timers/promises";

import { sharedLock } from "../../src/async/shared-lock.ts";

const never = new AbortController().signal;

/** Acquires the lock and records it; returns how to release it. */
function visitor(log: string[]): (name: string, way: Promise<(() => void) | undefined>) => { leave: () => void } {
  return (name, way) => {
    const one = { leave: (): void => assert.fail(`${name} is not in`) };
    void way.then((leave) => {
      log.push(leave === undefined ? `${name} left waiting` : name);
      if (leave !== undefined) one.leave = leave;
    });
    return one;
  };
}

suite("a shared lock", () => {
  test("lets many hold it together", async () => {
    const [gate, log]: [ReturnType<typeof sharedLock>, string[]] = [sharedLock(), []];
    for (const name of ["a", "b", "c"]) visitor(log)(name, gate.shared(never));
    await turns();
    assert.deepEqual(log, ["a", "b", "c"]);
  });

  test("lets one in alone when all others have left, and those who came after it only when it has left", async () => {
    const [gate, log]: [ReturnType<typeof sharedLock>, string[]] = [sharedLock(), []];
    const enter = visitor(log);
    const [a, b] = [enter("a", gate.shared(never)), enter("b", gate.shared(never))];
    const suspect = enter("suspect", gate.exclusive(never));
    const second = enter("second suspect", gate.exclusive(never));
    enter("late", gate.shared(never));
    await turns();
    a.leave();
    await turns();
    assert.deepEqual(log, ["a", "b"]);
    b.leave();
    await turns();
    assert.deepEqual(log, ["a", "b", "suspect"]);
    suspect.leave();
    await turns();
    assert.deepEqual(log, ["a", "b", "suspect", "second suspect"]);
    second.leave();
    await turns();
    assert.equal(log.at(-1), "late");
  });

  test("blocks no caller for one that was stopped while it waited for the exclusive lock", async () => {
    const [gate, log]: [ReturnType<typeof sharedLock>, string[]] = [sharedLock(), []];
    const enter = visitor(log);
    enter("a", gate.shared(never));
    const stop = new AbortController();
    enter("suspect", gate.exclusive(stop.signal));
    enter("b", gate.shared(never));
    await turns();
    assert.deepEqual(log, ["a"]);
    stop.abort();
    await turns();
    assert.deepEqual(log, ["a", "suspect left waiting", "b"]);
    enter("too late", gate.shared(AbortSignal.abort()));
    await turns();
    assert.equal(log.at(-1), "too late left waiting");
  });
});
