import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { nearestName } from "../../src/core/nearest-name.ts";

const cases: readonly (readonly [written: string, meant: string | null])[] = [
  ["evil.example", "evil.example"],
  ["evli.example", "evil.example"],
  ["EVIL.exmple", "evil.example"],
  ["evil.exampel.", "evil.example"],
  ["good.example", null],
  ["tmd", "tdm"],
  ["x", null],
  ["", null],
];
for (const [written, meant] of cases) {
  test(`what was probably meant by "${written}" is ${meant ?? "nothing that is known"}`, () => {
    assert.equal(nearestName(written, ["tdm", "evil.example", "train-ai"]), meant);
  });
}

test("of several names the nearest is meant, and of equally near ones the first", () => {
  assert.equal(nearestName("abcdefgh", ["abcdefxy", "abcdefgx", "abcdefgy"]), "abcdefgx");
});

/** The same by the definition: every way of making one string of the other. */
function distanceOf(a: string, b: string): number {
  if (a === "" || b === "") return a.length + b.length;
  const same = a.at(-1) === b.at(-1);
  const [head, tail] = [a.slice(0, -1), b.slice(0, -1)];
  const steps = [distanceOf(head, b) + 1, distanceOf(a, tail) + 1, distanceOf(head, tail) + (same ? 0 : 1)];
  if (a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1)) steps.push(distanceOf(a.slice(0, -2), b.slice(0, -2)) + 1);
  return Math.min(...steps);
}

test("a name is near when it is made by as few changes as its length allows", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(letters, letters, (written, known) => {
      const isNear = distanceOf(written, known) <= Math.min(2, Math.ceil(written.length / 4));
      assert.equal(nearestName(written, [known]), isNear ? known : null);
    }),
    { numRuns: 300 },
  );
});
