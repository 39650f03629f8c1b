import assert from "node:assert/strict";
import { suite, test } from "node:test";

import * as fc from "fast-check";

import { addressSlots } from "../../src/crawl/host-paces.ts";
import {
  afterExchange,
  newPace,
  paceDefaults,
  restoredPace,
  storedPace,
  withCrawlDelay,
  type Pace,
  type PaceObservation,
} from "../../src/crawl/politeness.ts";
import { retryAfterMs } from "../../src/fetch/retry-after.ts";

const options = { ...paceDefaults, minDelayMs: 1000, maxDelayMs: 30_000, responseFactor: 5 };
const fresh = newPace(0, options);
const after = (pace: Pace, seen: Partial<PaceObservation>): Pace =>
  afterExchange(pace, { endMs: 0, tookMs: 10, status: 200, retryAfterMs: null, ...seen }, options);
const timesOver = (count: number, seen: Partial<PaceObservation>): Pace =>
  Array.from({ length: count }).reduce<Pace>((pace) => after(pace, seen), fresh);

suite("a host's pace", () => {
  test("lets a new host be asked at once, and then waits from the end of each exchange", () => {
    assert.equal(newPace(7, options).dueMs, 7);
    assert.equal(after(fresh, { endMs: 500 }).dueMs, 1500);
  });

  test("follows the time that answers take, up at once and down by halves, between floor and ceiling", () => {
    const slow = after(fresh, { tookMs: 2000 });
    assert.equal(slow.delayMs, 10_000);
    const eased = after(slow, { tookMs: 400 });
    assert.equal(eased.delayMs, 6000);
    assert.equal(after(eased, { tookMs: 1 }).delayMs, 3500);
    assert.equal(after(fresh, { tookMs: 60_000 }).delayMs, 30_000);
    assert.equal(timesOver(50, { tookMs: 1 }).delayMs, 1000);
  });

  test("is fixed when the response factor is zero, and none at all when the floor is too", () => {
    const none = { ...options, minDelayMs: 0, responseFactor: 0 };
    const pace = afterExchange(newPace(0, none), { endMs: 9, tookMs: 9, status: 200, retryAfterMs: null }, none);
    assert.deepEqual([pace.delayMs, pace.dueMs], [0, 9]);
  });

  test("is not shortened by quick errors", () => {
    const slow = after(fresh, { tookMs: 2000 });
    for (const status of [404, 500, 503, 429, null]) assert.equal(after(slow, { tookMs: 1, status }).delayMs, 10_000);
  });

  test("backs off twice as long with each 429, 503 or lost connection in a row, up to an hour", () => {
    for (const status of [429, 503, null]) {
      const waits = [1, 2, 3, 9, 10, 40].map((count) => timesOver(count, { status }).dueMs / 1000);
      assert.deepEqual(waits, [10, 20, 40, 2560, 3600, 3600], String(status));
    }
  });

  test("forgets its failures with the first answer that is none", () => {
    const failing = timesOver(5, { status: 503 });
    const well = after(failing, { status: 200, endMs: 100 });
    assert.deepEqual([well.failures, well.dueMs], [0, 1100]);
    assert.equal(after(failing, { status: 404 }).failures, 0);
  });

  test("waits as Retry-After asks, on any status, up to a day", () => {
    assert.equal(after(fresh, { status: 503, retryAfterMs: 20_000 }).dueMs, 20_000);
    assert.equal(after(fresh, { status: 503, retryAfterMs: 1000 }).dueMs, 10_000);
    assert.equal(after(fresh, { status: 301, retryAfterMs: 90_000 }).dueMs, 90_000);
    assert.equal(after(fresh, { status: 429, retryAfterMs: 1e12 }).dueMs, 24 * 3_600_000);
  });

  test("takes over a crawl-delay from the exchange that brought it, above its own ceiling too, up to five minutes", () => {
    const robots = after(fresh, { endMs: 100 });
    const polite = withCrawlDelay(robots, 60_000, options);
    assert.equal(polite.dueMs, 60_100);
    assert.equal(withCrawlDelay(polite, 60_000, options).dueMs, 60_100);
    assert.equal(after(polite, { endMs: 200 }).dueMs, 60_200);
    assert.equal(withCrawlDelay(robots, 200, options).dueMs, 1100);
    assert.equal(withCrawlDelay(robots, 86_400_000, options).dueMs, 300_100);
    assert.equal(withCrawlDelay(robots, null, options).dueMs, 1100);
  });

  test("is never due sooner than its floor after an exchange, whatever is seen", () => {
    const seen = fc.record({
      endMs: fc.nat(),
      tookMs: fc.nat(100_000),
      status: fc.constantFrom(null, 200, 301, 404, 429, 500, 503),
      retryAfterMs: fc.option(fc.nat()),
    });
    fc.assert(
      fc.property(fc.array(seen, { minLength: 1, maxLength: 20 }), (observations) => {
        const pace = observations.reduce((before, observation) => afterExchange(before, observation, options), fresh);
        const last = observations.at(-1);
        assert.ok(pace.dueMs >= (last?.endMs ?? 0) + 1000 && pace.delayMs <= 30_000);
      }),
    );
  });
});

suite("a pace across restarts", () => {
  const wallNowMs = 1_700_000_000_000;

  test("keeps what is left of a wait", () => {
    const waiting = after(fresh, { endMs: 5000, status: 503, retryAfterMs: 3_600_000 });
    const stored = storedPace(waiting, 5000, wallNowMs);
    assert.equal(stored.notBeforeMs, wallNowMs + 3_600_000);
    const later = restoredPace(stored, 77, wallNowMs + 600_000, options);
    assert.deepEqual([later.dueMs, later.failures], [77 + 3_000_000, 1]);
  });

  test("leaves the host alone for a whole delay, however long ago it was asked", () => {
    const stored = storedPace(withCrawlDelay(fresh, 20_000, options), 0, wallNowMs);
    assert.equal(restoredPace(stored, 0, wallNowMs + 1e9, options).dueMs, 20_000);
  });

  test("is not fooled by a wall clock that was set back or forth", () => {
    const stored = storedPace(after(fresh, {}), 0, wallNowMs);
    assert.equal(restoredPace(stored, 0, wallNowMs + 3_600_000, options).dueMs, 1000);
    assert.equal(restoredPace(stored, 0, wallNowMs - 1e12, options).dueMs, options.maxRetryAfterMs);
  });
});

suite("Retry-After", () => {
  const nowMs = Date.UTC(2026, 10, 24, 12, 0, 0);
  const cases: readonly (readonly [value: string, expectedMs: number | null])[] = [
    ["120", 120_000],
    [" 0 ", 0],
    ["Tue, 24 Nov 2026 12:01:00 GMT", 60_000],
    ["Tuesday, 24-Nov-26 12:01:00 GMT", 60_000],
    ["Tue Nov 24 12:01:00 2026", 60_000],
    ["Tue Nov  3 12:01:00 2026", 0],
    ["Sunday, 06-Nov-94 08:49:37 GMT", 0],
    ["Tue, 24 Nov 2026 11:00:00 GMT", 0],
    ["-5", null],
    ["1.5", null],
    ["soon", null],
    ["", null],
    ["Tue, 24 Foo 2026 12:01:00 GMT", null],
    ["Tue, 24 Nov 2026 25:01:00 GMT", null],
    ["Tue, 24 Nov 2026 12:01:00 CET", null],
    ["2026-11-24T12:01:00Z", null],
  ];
  for (const [value, expectedMs] of cases) {
    test(`"${value}" is ${expectedMs === null ? "not understood" : `${expectedMs} ms`}`, () => {
      assert.equal(retryAfterMs(value, nowMs), expectedMs);
    });
  }

  test("a date counts from the server's own clock where that is known", () => {
    const serverDate = "Tue, 24 Nov 2026 15:00:00 GMT";
    assert.equal(retryAfterMs("Tue, 24 Nov 2026 15:00:30 GMT", nowMs, serverDate), 30_000);
    assert.equal(retryAfterMs("30", nowMs, serverDate), 30_000);
    assert.equal(retryAfterMs("Tue, 24 Nov 2026 12:00:30 GMT", nowMs, "garbage"), 30_000);
  });
});

test("no more hosts of an address are asked at once than it has slots; an unknown one has no bound", () => {
  const slots = addressSlots(2);
  assert.deepEqual([slots.take("192.0.2.1"), slots.take("192.0.2.1"), slots.take("192.0.2.1")], [true, true, false]);
  assert.equal(slots.take("192.0.2.2"), true);
  slots.giveBack("192.0.2.1");
  assert.deepEqual([slots.take("192.0.2.1"), slots.take("192.0.2.1")], [true, false]);
  for (let host = 0; host < 5; host += 1) assert.equal(slots.take(null), true);
  slots.giveBack(null);
});
