import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { setImmediate as turns } from "node:timers/promises";

import { eachOf, oneAhead, semaphore } from "../../src/async/limit.ts";

const never = new AbortController().signal;

suite("a semaphore", () => {
  test("lets in as many as it may, then each that waits in the order they came, once for each that leaves", async () => {
    const room = semaphore(2);
    const [first] = await Promise.all([room.acquire(), room.acquire()]);
    const log: string[] = [];
    const waiting = ["a", "b"].map((name) => room.acquire().then(() => log.push(name)));
    await turns();
    assert.deepEqual(log, []);
    first();
    first();
    await turns();
    assert.deepEqual(log, ["a"]);
    assert.equal(waiting.length, 2);
  });

  test("gives the room of one that leaves to the first that waits, not to one that asks in the same moment", async () => {
    const room = semaphore(1);
    const leave = await room.acquire();
    const log: string[] = [];
    void room.acquire().then(() => log.push("first"));
    leave();
    void room.acquire().then(() => log.push("second"));
    await turns();
    assert.deepEqual(log, ["first"]);
  });
});

suite("work for each of a list", () => {
  test("is done for all items, no more of them at a time than asked for", async () => {
    const done: number[] = [];
    let [now, most] = [0, 0];
    await eachOf([0, 1, 2, 3, 4], 2, never, async (item, index) => {
      most = Math.max(most, (now += 1));
      await turns();
      now -= 1;
      done.push(item + index);
    });
    assert.deepEqual(done, [0, 2, 4, 6, 8]);
    assert.equal(most, 2);
    await eachOf([], 2, never, async () => assert.fail("there is no item"));
  });

  test("is stopped by the first failure, which is thrown when those under way have ended", async () => {
    const began: number[] = [];
    let ended = false;
    const all = eachOf([0, 1, 2, 3], 2, never, async (item, _, signal) => {
      began.push(item);
      if (item === 1) throw new Error("the first failure");
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      await turns();
      ended = true;
      throw new Error("a failure that follows from it");
    });
    await assert.rejects(all, /the first failure/);
    assert.deepEqual(began, [0, 1]);
    assert.ok(ended);
  });

  test("is interrupted when the signal aborts before all items had their turn, and only then", async () => {
    const stop = new AbortController();
    const work = async (item: number): Promise<void> => {
      if (item === 1) stop.abort();
    };
    await assert.rejects(eachOf([0, 1, 2], 1, stop.signal, work), { code: "interrupted" });
    const late = new AbortController();
    await eachOf([0], 1, late.signal, async () => late.abort());
  });
});

suite("one value ahead", () => {
  test("has the next value made while one is used, and never two", async () => {
    const made: number[] = [];
    const seen: (readonly [number, number])[] = [];
    const values = async function* (): AsyncGenerator<number> {
      for (const value of [1, 2, 3]) {
        made.push(value);
        yield value;
      }
    };
    for await (const value of oneAhead(values())) {
      await turns();
      seen.push([value, made.length]);
    }
    assert.deepEqual(seen, [
      [1, 2],
      [2, 3],
      [3, 3],
    ]);
  });
});
