import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { dateMsOf, wellFormedDate } from "../../src/warc/dates.ts";

const cases: readonly (readonly [text: string, ms: number | null, wellFormed: boolean])[] = [
  ["2008", Date.UTC(2008, 0), true],
  ["2008-04", Date.UTC(2008, 3), true],
  ["2008-04-30", Date.UTC(2008, 3, 30), true],
  ["2008-04-30T20:48Z", Date.UTC(2008, 3, 30, 20, 48), true],
  ["2008-04-30T20:48:25Z", Date.UTC(2008, 3, 30, 20, 48, 25), true],
  ["2008-04-30T20:48:25.123456789Z", Date.UTC(2008, 3, 30, 20, 48, 25, 123), true],
  ["2016-12-31T23:59:60Z", Date.UTC(2016, 11, 31, 23, 59, 59), true],
  ["2008-04-30T20:48:25", Date.UTC(2008, 3, 30, 20, 48, 25), false],
  ["2008-04-30T20:48:25-0700", Date.UTC(2008, 4, 1, 3, 48, 25), false],
  ["20080430204825", Date.UTC(2008, 3, 30, 20, 48, 25), false],
  ["200804302048", Date.UTC(2008, 3, 30, 20, 48), false],
  ["2008-02-31", null, false],
  ["2008-13-01", null, false],
  ["2008-04-30T24:00:00Z", null, false],
  ["2008-10-294T05:21:46-0700", null, false],
  ["null", null, false],
  ["", null, false],
];
for (const [text, ms, wellFormed] of cases) {
  test(`the date "${text}" is ${ms === null ? "no date" : new Date(ms).toISOString()}, ${wellFormed ? "as WARC asks" : "not in its form"}`, () => {
    assert.equal(dateMsOf(text), ms);
    assert.equal(wellFormedDate(text), wellFormed);
  });
}

test("every moment that a writer can state is read back", () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(-3e13), max: new Date(4e13), noInvalidDate: true }), (date) => {
      assert.equal(dateMsOf(date.toISOString()), date.getTime());
    }),
  );
});
