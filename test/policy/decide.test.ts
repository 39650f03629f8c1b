import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import type { Decision, JudgedDocument, Policy } from "../../src/core/decisions.ts";
import { decide } from "../../src/policy/decide.ts";
import { lenient, licences, sampleDocument } from "./sample-policy.ts";

const keepOne: Policy = { ...lenient, duplicates: "keep-one", truncated: "refuse" };

/** Reasons by id. */
function decided(policy: Policy, documents: readonly JudgedDocument[]): Record<string, readonly string[]> {
  return Object.fromEntries(
    [...decide(policy, documents, licences)].map(({ document, reasons }) => [document, reasons]),
  );
}
const member = (id: string, changes: Partial<JudgedDocument> = {}): JudgedDocument =>
  sampleDocument({ id, cluster: "c", ...changes });

const orders: readonly {
  readonly name: string;
  readonly better: Partial<JudgedDocument>;
  readonly worse: Partial<JudgedDocument>;
}[] = [
  { name: "the freer licence", better: { licence: "CC0-1.0", capturedAt: 2000 }, worse: { capturedAt: 1 } },
  { name: "the earlier capture", better: { capturedAt: 999 }, worse: { canonicalUrl: "https://www.example.org/a" } },
  { name: "a capture with a date", better: { capturedAt: 2000 }, worse: { capturedAt: null } },
  {
    name: "the address that is canonical",
    better: { canonicalUrl: "https://www.example.org/a" },
    worse: { canonicalUrl: "https://www.example.org/b" },
  },
];
for (const { name, better, worse } of orders) {
  test(`of two copies, ${name} is kept, whichever has the smaller id`, () => {
    assert.deepEqual(decided(keepOne, [member("1", better), member("2", worse)]), { 1: [], 2: ["duplicate"] });
    assert.deepEqual(decided(keepOne, [member("1", worse), member("2", better)]), { 1: ["duplicate"], 2: [] });
  });
}

test("of copies that are equal in all else the smallest id is kept", () => {
  assert.deepEqual(decided(keepOne, [member("2"), member("1"), member("3")]), {
    1: [],
    2: ["duplicate"],
    3: ["duplicate"],
  });
});

test("a copy with a reason against it is not kept, and the next best is; it has both reasons", () => {
  const documents = [member("1", { licence: "CC0-1.0", truncated: "length" }), member("2")];
  assert.deepEqual(decided(keepOne, documents), { 1: ["truncated", "duplicate"], 2: [] });
});

test("when no copy can be kept, none is called a duplicate", () => {
  assert.deepEqual(decided(keepOne, [member("1", { truncated: "x" }), member("2", { truncated: "x" })]), {
    1: ["truncated"],
    2: ["truncated"],
  });
});

test("keep-all keeps every copy", () => {
  assert.deepEqual(decided({ ...keepOne, duplicates: "keep-all" }, [member("1"), member("2")]), { 1: [], 2: [] });
});

const laundering = (inCluster: Policy["licences"]["inCluster"]): Policy => ({
  ...keepOne,
  licences: { ...lenient.licences, noAssertion: "refuse", inCluster },
});
const original = member("1", { licence: "NOASSERTION", capturedAt: 1 });
const scraper = member("2", { licence: "CC-BY-4.0", capturedAt: 2 });

test("a later copy that claims a licence is kept when each is judged by its own", () => {
  assert.deepEqual(decided(laundering("own"), [original, scraper]), { 1: ["licence:NOASSERTION", "duplicate"], 2: [] });
});

test("it is refused when the earliest copy's licence must be allowed too", () => {
  const reasons = { 1: ["licence:NOASSERTION", "cluster-licence:NOASSERTION"], 2: ["cluster-licence:NOASSERTION"] };
  assert.deepEqual(decided(laundering("earliest"), [original, scraper]), reasons);
});

test("a later copy without a licence takes none from the earliest, but does from all under most-restrictive", () => {
  const documents = [member("1", { capturedAt: 1 }), member("2", { licence: "NOASSERTION", capturedAt: 2 })];
  assert.deepEqual(decided(laundering("earliest"), documents)["1"], []);
  assert.deepEqual(decided(laundering("most-restrictive"), documents)["1"], ["cluster-licence:NOASSERTION"]);
});

test("of copies captured at one time the most restrictive counts as the earliest", () => {
  assert.deepEqual(decided(laundering("earliest"), [{ ...original, capturedAt: 2 }, scraper])["2"], [
    "cluster-licence:NOASSERTION",
  ]);
});

test("of copies with licences as strict as each other the first by name is the one that is refused", () => {
  const documents = [member("1"), member("2", { licence: "LicenseRef-B" }), member("3", { licence: "LicenseRef-A" })];
  assert.deepEqual(decided(laundering("most-restrictive"), documents)["1"], ["cluster-licence:LicenseRef-A"]);
});

const anyDocument = fc.record({
  licence: fc.constantFrom("CC0-1.0", "CC-BY-4.0", "CC-BY-ND-4.0", "NOASSERTION"),
  capturedAt: fc.constantFrom(null, 1, 2),
  canonicalUrl: fc.constantFrom(null, "https://www.example.org/a", "https://www.example.org/b"),
  truncated: fc.constantFrom(null, null, "length"),
  cluster: fc.constantFrom(null, "c", "d"),
});
const anyPolicy = fc.record({
  inCluster: fc.constantFrom("own" as const, "earliest" as const, "most-restrictive" as const),
  noAssertion: fc.constantFrom("keep" as const, "refuse" as const),
  duplicates: fc.constantFrom("keep-one" as const, "keep-all" as const),
});
const anyCase = fc
  .record({ fields: fc.array(anyDocument, { maxLength: 12 }), policy: anyPolicy })
  .map(({ fields, policy: { duplicates, ...own } }) => ({
    documents: fields.map((changes, index) => sampleDocument({ id: String(index).padStart(2, "0"), ...changes })),
    policy: { ...keepOne, duplicates, licences: { ...lenient.licences, ...own } },
  }))
  .chain(({ documents, policy }) =>
    fc.record({
      documents: fc.constant(documents),
      policy: fc.constant(policy),
      shuffled: fc.shuffledSubarray(documents, { minLength: documents.length }),
    }),
  );

function sorted(decisions: Iterable<Decision>): Decision[] {
  return [...decisions].sort((a, b) => (a.document < b.document ? -1 : 1));
}

test("what is decided depends on the set of documents, never on their order", () => {
  fc.assert(
    fc.property(anyCase, ({ documents, shuffled, policy }) => {
      assert.deepEqual(sorted(decide(policy, shuffled, licences)), sorted(decide(policy, documents, licences)));
    }),
  );
});

test("every document is decided once, and keep-one keeps at most one of a cluster", () => {
  fc.assert(
    fc.property(anyCase, ({ documents, policy }) => {
      const decisions = [...decide(policy, documents, licences)];
      assert.deepEqual(
        sorted(decisions).map(({ document }) => document),
        documents.map(({ id }) => id),
      );
      if (policy.duplicates === "keep-all") return;
      for (const cluster of ["c", "d"]) {
        const ids = new Set(documents.filter((document) => document.cluster === cluster).map(({ id }) => id));
        const kept = decisions.filter(({ document, reasons }) => ids.has(document) && reasons.length === 0);
        assert.ok(kept.length <= 1);
      }
    }),
  );
});

test("a document that is all alone is decided as if it were in no cluster", () => {
  fc.assert(
    fc.property(anyDocument, (changes) => {
      const [alone, clustered] = [{ cluster: null }, { cluster: "c" }].map((own) =>
        decided(laundering("own"), [sampleDocument({ ...changes, ...own })]),
      );
      assert.deepEqual(clustered, alone);
    }),
  );
});
