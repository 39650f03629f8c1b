import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { waitingJobs } from "../../src/queue/waiting-jobs.ts";

test("what waits comes out by priority, then as it came, and what was put back before all others of its own", () => {
  const step = fc.record({ what: fc.constantFrom("push", "push", "pushBack", "shift"), priority: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const waiting = waitingJobs<number>();
      const model = new Map<number, number[]>([0, 1, 2, 3].map((priority) => [priority, []]));
      for (const [n, { what, priority }] of steps.entries()) {
        if (what === "shift") {
          const first = [...model.values()].find((lane) => lane.length > 0);
          assert.equal(waiting.shift(), first?.shift());
        } else {
          waiting[what === "push" ? "push" : "pushBack"](priority, n);
          const lane = model.get(priority);
          if (what === "push") lane?.push(n);
          else lane?.unshift(n);
        }
        assert.equal(waiting.size, [...model.values()].flat().length);
      }
    }),
  );
});
