import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { siteReaderOf } from "../../../src/rights/site/site-reader.ts";
import { page, reservation, said, saidBy, site } from "./said.ts";

const tdmreps: readonly (readonly [title: string, file: unknown, expected: string | null])[] = [
  ["for all pages", [reservation("/", 1)], "tdm=n"],
  ["as text", [reservation("/", "1")], "tdm=n"],
  ["taken back", [reservation("/", 0)], "tdm=y"],
  ["with another value", [reservation("/", 2)], "tdm=?"],
  ["with true", [reservation("/", true)], "tdm=?"],
  ["for this folder", [reservation("/a/", 1)], "tdm=n"],
  ["for another folder", [reservation("/A/", 1)], null],
  ["without the slash at the start", [reservation("a/*", 1)], "tdm=n"],
  ["with an end that is not that of the page", [reservation("/a/page$", 1)], null],
  ["with the end of the page", [reservation("*x=1$", 1)], "tdm=n"],
  ["by the first location that matches", [reservation("/a/", 0), reservation("/", 1)], "tdm=y"],
  ["without a list", reservation("/", 1), "tdm=n"],
  ["without a location", [{ "tdm-reservation": 1 }], "tdm=n"],
  ["by the address of its host", [reservation("https://example.org/a/", 1)], "tdm=n"],
  ["at a place that cannot be read", [reservation(["/a/"], 1)], "tdm=?"],
  ["at such a place before one that allows", [reservation(["/a/"], 1), reservation("/", 0)], "tdm=?"],
  ["at such a place behind one that allows", [reservation("/", 0), reservation(["/a/"], 1)], "tdm=y"],
  ["at such a place before one that reserves", [reservation(["/b/"], 0), reservation("/", 1)], "tdm=n"],
  ["without a location, which lifts nothing", [{ "tdm-reservation": 0 }, reservation("/", 1)], "tdm=n"],
  ["without a location behind one that allows", [reservation("/", 0), { "tdm-reservation": 1 }], "tdm=n"],
  ["at no location, in words", [reservation(null, 0), reservation(" ", 1)], "tdm=n"],
  ["taken back without a location", [{ "tdm-reservation": 0 }], "tdm=y"],
  ["under a name in another case", [{ location: "/", "TDM-Reservation": 1 }], "tdm=?"],
  ["taken back beside a policy of that name", [{ ...reservation("/", 0), "tdm-policy": "/tdm-reservation" }], "tdm=y"],
  ["in another form", { rules: [reservation("/", 1)] }, "tdm=?"],
  ["in a list in a list", [[reservation("/", 1)]], "tdm=?"],
  ["nowhere", [], null],
  ["nowhere, in words", "none", null],
];

suite("tdmrep.json", () => {
  for (const [title, file, expected] of tdmreps) {
    test(`reserves ${title}`, () =>
      assert.deepEqual(said("tdmrep", JSON.stringify(file)), expected === null ? [] : [`tdmrep ${expected} *`]));
  }

  test("that is no JSON but speaks of reservations is unknown, for every page; other text says nothing", () => {
    assert.deepEqual(said("tdmrep", `[{"location": "/b", "tdm-reservation": 1},]`), ["tdmrep tdm=? *"]);
    assert.deepEqual(said("tdmrep", "not found"), []);
  });

  test("with a name twice in one object is unknown, whichever value comes last and however the name is written", () => {
    for (const members of [
      `"tdm-reservation": 1, "tdm-reservation": 0`,
      `"tdm-reservation": 0, "tdm-reservation": 1`,
      `"tdm-reservation": 1, "tdm\\u002dreservation": 0`,
      `"location": "/b", "tdm-reservation": 0`,
    ])
      assert.deepEqual(said("tdmrep", `[{"location": "/", ${members}}]`), ["tdmrep tdm=? *"], members);
    assert.deepEqual(said("tdmrep", `{"a": 1, "a": ":\\""}`), []);
  });

  test("that was cut off is unknown where nothing in it is about the page", () => {
    const cut = (text: string): string[] => saidBy({ kind: "tdmrep", text, cut: true });
    assert.deepEqual(cut(" ".repeat(1 << 20)), ["tdmrep tdm=? *"]);
    assert.deepEqual(cut(JSON.stringify([reservation("/b", 0)])), ["tdmrep tdm=? *"]);
    assert.deepEqual(cut(JSON.stringify([reservation("/", 1)])), ["tdmrep tdm=n *"]);
  });

  test("points to the policy of a reservation, and to none where nothing is reserved", () => {
    const policyOf = (value: number, policy: string): string | null | undefined =>
      siteReaderOf(
        { kind: "tdmrep", text: JSON.stringify([{ ...reservation("/", value), "tdm-policy": policy }]) },
        new Set(),
      )(page)[0]?.policyUrl;
    assert.equal(policyOf(1, "https://example.com/policy.json"), "https://example.com/policy.json");
    assert.equal(policyOf(1, "policy.json"), `${site}/.well-known/policy.json`);
    assert.equal(policyOf(0, "https://example.com/policy.json"), null);
    assert.equal(policyOf(1, "javascript:x"), null);
  });
});
