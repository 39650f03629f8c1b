import assert from "node:assert/strict";
import { test } from "node:test";

import { storyOf } from "../../src/ledger/capture-history.ts";
import { replaceDecisions, type StoredPolicy } from "../../src/ledger/decisions.ts";
import type { Ledger } from "../../src/ledger/open.ts";
import { policy, withDocuments } from "./sample-ledger.ts";
import { idOf, sampleCapture, sha256 } from "./sample-rows.ts";

const other = { ...policy, sha256: sha256("other"), name: "other" };

function decide(ledger: Ledger, by: StoredPolicy, kept: readonly number[], reasons: readonly string[] = []): void {
  replaceDecisions(
    [ledger],
    by,
    [1, 3, 4].map((number) => ({ document: idOf(number), reasons: kept.includes(number) ? [] : reasons })),
  );
}

const keptIn = (ledger: Ledger): unknown[] =>
  ledger.statement("SELECT policy, id FROM decisions WHERE kept = 1 ORDER BY policy, id").all();

test("decisions are those of the policy that decided last, whichever order the policies came in", () => {
  withDocuments((ledger) => {
    assert.deepEqual(keptIn(ledger), []);
    decide(ledger, policy, [1, 3, 4]);
    assert.equal(keptIn(ledger).length, 3);
    decide(ledger, other, [4], ["licence:X"]);
    assert.deepEqual(keptIn(ledger), [{ policy: "other", id: idOf(4) }], "what the older one kept is history");
    decide(ledger, policy, [1], ["host:h", "duplicate"]);
    assert.deepEqual(keptIn(ledger), [{ policy: "first", id: idOf(1) }]);
    assert.deepEqual(
      ledger
        .statement("SELECT policy, count(*) AS rows, sum(kept) AS kept, is_current FROM decision_history GROUP BY 1")
        .all(),
      [
        { policy: "first", rows: 3, kept: 1, is_current: 1 },
        { policy: "other", rows: 3, kept: 1, is_current: 0 },
      ],
    );
  });
});

test("reasons stand in the order in which they were given, in both views and whatever the order of their keys", () => {
  withDocuments((ledger) => {
    const reasons = ["rule:z>1", "duplicate", "licence:A", "host:h"];
    decide(ledger, other, [], reasons.toReversed());
    decide(ledger, policy, [], reasons);
    for (const view of ["decisions", "decision_history WHERE is_current = 1"])
      assert.deepEqual(ledger.statement(`SELECT DISTINCT reasons FROM ${view}`).all(), [
        { reasons: JSON.stringify(reasons) },
      ]);
  });
});

test("decisions that fail half-way leave the policy current that was", () => {
  withDocuments((ledger) => {
    decide(ledger, policy, [1], ["truncated"]);
    const broken = [
      { document: idOf(1), reasons: [] },
      { document: idOf(2), reasons: [] },
    ];
    assert.throws(() => replaceDecisions([ledger], other, broken), { code: "not-found" });
    assert.deepEqual(keptIn(ledger), [{ policy: "first", id: idOf(1) }]);
  });
});

test("the story of a document has the current decision first", () => {
  withDocuments((ledger) => {
    for (const one of [policy, other, policy]) decide(ledger, one, [3], ["truncated"]);
    const [story] = storyOf([ledger], sampleCapture(3).url);
    assert.deepEqual(
      story?.decisions.map(({ policy: name, is_current }) => [name, is_current]),
      [
        ["first", 1],
        ["other", 0],
      ],
    );
  });
});
