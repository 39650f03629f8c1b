import assert from "node:assert/strict";
import { test } from "node:test";

import { PipelineError } from "../../src/core/errors.ts";
import { count, object } from "../../src/core/json-shape.ts";
import { readNote } from "../../src/frontier/frontier.ts";

test("a note is read by its shape: none is null, and one of another shape names itself and what is wrong with it", () => {
  const notes = new Map([
    ["good", '{"bytes":3}'],
    ["other", '{"bytes":"3"}'],
    ["torn", '{"by'],
  ]);
  const read = (name: string): unknown =>
    readNote({ note: (one) => notes.get(one) ?? null }, name, object({ bytes: count }));
  assert.deepEqual(read("good"), { bytes: 3 });
  assert.equal(read("none"), null);
  for (const name of ["other", "torn"]) {
    const isNamed = (error: unknown): boolean =>
      error instanceof PipelineError && error.code === "ledger-broken" && error.message.includes(`"${name}"`);
    assert.throws(() => read(name), isNamed);
  }
});
