import assert from "node:assert/strict";
import { suite, test } from "node:test";

import * as fc from "fast-check";

import type { AddressCapture } from "../../src/core/versions.ts";
import { addressState } from "../../src/policy/address-state.ts";

type Stated = Partial<AddressCapture> & { readonly at: number | null };

const document = { outcome: "document", speaks: true } as const;
const gone = { outcome: "skipped", httpStatus: 404 } as const;
const page = document;

function captures(stated: readonly Stated[]): AddressCapture[] {
  return stated.map(({ at, ...changes }, index) => ({
    key: index + 1,
    place: `archive ${String(index + 1).padStart(3, "0")}`,
    exact: "https://a.example/",
    capturedAt: at,
    recordType: "response",
    recordId: `<urn:${index + 1}>`,
    refersTo: null,
    httpStatus: 200,
    outcome: "skipped",
    payloads: [],
    repeats: null,
    speaks: false,
    ...changes,
  }));
}

/** `1 superseded by 2`, `1 <- 2 newer`; keys count from 1. */
function said(stated: readonly Stated[]): string[] {
  const { versions, ties } = addressState(captures(stated));
  return [
    ...versions.map(({ document: key, standing, capture }) => `${key} ${standing} by ${capture}`),
    ...ties.map(({ document: key, capture, relation }) => `${key} <- ${capture} ${relation}`),
  ].sort();
}

const revisit = { recordType: "revisit", outcome: "duplicate" } as const;

const cases: readonly {
  readonly title: string;
  readonly captures: readonly Stated[];
  readonly state: readonly string[];
}[] = [
  {
    title: "a newer document supersedes an older one, which takes what it says",
    captures: [
      { at: 1, ...page },
      { at: 2, ...page },
    ],
    state: ["1 <- 2 newer", "1 superseded by 2", "2 current by 2"],
  },
  {
    title: "a newer 404 means that the older page is gone",
    captures: [
      { at: 1, ...page },
      { at: 2, ...gone },
    ],
    state: ["1 gone by 2"],
  },
  {
    title: "410 and 451 mean gone, 301 and 308 moved",
    captures: [
      { at: 1, ...page },
      { at: 2, ...gone, httpStatus: 308 },
    ],
    state: ["1 moved by 2"],
  },
  {
    title: "a page that came back after it was gone is current",
    captures: [
      { at: 1, ...page },
      { at: 2, ...gone },
      { at: 3, ...page },
    ],
    state: ["1 <- 3 newer", "1 superseded by 3", "3 current by 3"],
  },
  {
    title: "an error of the server says nothing about the page",
    captures: [
      { at: 1, ...page },
      { at: 2, httpStatus: 503 },
    ],
    state: ["1 current by 1"],
  },
  {
    title: "what the head of a later capture without content says holds for the page",
    captures: [
      { at: 1, ...page },
      { at: 2, httpStatus: 302, speaks: true },
    ],
    state: ["1 <- 2 newer", "1 current by 1"],
  },
  {
    title: "what an earlier capture said does not hold for a newer one",
    captures: [
      { at: 1, httpStatus: 302, speaks: true },
      { at: 2, ...page },
    ],
    state: ["2 current by 2"],
  },
  {
    title: "a revisit confirms the capture that it names, even an older one than the last, and its head speaks for it",
    captures: [
      { at: 1, ...page },
      { at: 2, ...page },
      { at: 3, ...revisit, refersTo: "<urn:1>", speaks: true },
    ],
    state: ["1 <- 3 newer", "1 current by 3", "2 <- 3 newer", "2 superseded by 3"],
  },
  {
    title: "a revisit of a revisit confirms what that one repeats",
    captures: [
      { at: 1, ...page },
      { at: 2, ...revisit, refersTo: "<urn:1>" },
      { at: 3, ...revisit, refersTo: "<urn:2>" },
    ],
    state: ["1 current by 3"],
  },
  {
    title: "a revisit that names no record is known by its payload digest",
    captures: [
      { at: 1, ...page, payloads: ["sha1:a"] },
      { at: 2, ...page, payloads: ["sha1:b"] },
      { at: 3, ...revisit, payloads: ["sha1:a"] },
    ],
    state: ["1 current by 3", "2 superseded by 3"],
  },
  {
    title: "304 without a known record confirms the last page before it",
    captures: [
      { at: 1, ...page },
      { at: 2, ...revisit, httpStatus: 304, refersTo: "<urn:elsewhere>" },
    ],
    state: ["1 current by 2"],
  },
  {
    title: "a revisit of something that is no document here leaves the newest page current",
    captures: [
      { at: 1, ...page },
      { at: 2, ...revisit, refersTo: "<urn:elsewhere>" },
    ],
    state: ["1 current by 1"],
  },
  {
    title: "of two captures of one second each one's words hold for the current one",
    captures: [
      { at: 1, ...page },
      { at: 1, ...page },
    ],
    state: ["1 <- 2 newer", "1 superseded by 2", "2 <- 1 newer", "2 current by 2"],
  },
  {
    title: "a capture without a date is older than any that has one, but what it says holds",
    captures: [
      { at: 5, ...page },
      { at: null, ...page },
    ],
    state: ["1 <- 2 newer", "1 current by 1", "2 <- 1 newer", "2 superseded by 1"],
  },
  {
    title: "a capture without a date may be the newest: what it says holds",
    captures: [
      { at: 5, ...page },
      { at: null, speaks: true },
    ],
    state: ["1 <- 2 newer", "1 current by 1"],
  },
  {
    title: "a revisit of an answer that means gone is no sign of life",
    captures: [
      { at: 1, ...page },
      { at: 2, ...revisit, httpStatus: 410, refersTo: "<urn:1>" },
    ],
    state: ["1 gone by 2"],
  },
  {
    title: "a revisit of another address' document supersedes what the address had",
    captures: [
      { at: 1, ...page },
      { at: 2, ...revisit, refersTo: "<urn:elsewhere>", repeats: 99 },
    ],
    state: ["1 superseded by 2"],
  },
  {
    title: "of one second the later in the archive governs",
    captures: [
      { at: 1, ...page, place: "archive 7" },
      { at: 1, ...gone, place: "archive 8" },
    ],
    state: ["1 gone by 2"],
  },
  {
    title: "another spelling of the address that is gone or has moved takes nothing with it, nor does http with https",
    captures: [
      { at: 1, ...page },
      { at: 2, ...gone, exact: "http://a.example/" },
      { at: 3, httpStatus: 301, exact: "https://a.example//" },
    ],
    state: ["1 current by 1"],
  },
  {
    title: "a page that moved from http to https is current there and not where it was",
    captures: [
      { at: 1, ...page, exact: "http://a.example/" },
      { at: 2, httpStatus: 301, exact: "http://a.example/" },
      { at: 3, ...page },
      { at: 4, httpStatus: 301, exact: "http://a.example/" },
    ],
    state: ["1 moved by 4", "3 current by 3"],
  },
  {
    title: "what was made of a page that is here is derived from it, though it is newer",
    captures: [
      { at: 1, ...page },
      { at: 2, ...page, recordType: "conversion" },
      { at: 3, ...page, recordType: "resource" },
    ],
    state: ["1 current by 1", "2 derived by 1", "3 derived by 1"],
  },
  {
    title: "a text made of an exchange that is no document takes what the exchange says",
    captures: [{ at: 2 }, { at: 2, ...page, recordType: "conversion", refersTo: "<urn:1>" }],
    state: ["2 <- 1 page", "2 current by 2"],
  },
  {
    title: "a text is tied to the exchange that it names before any other, and to what is said later",
    captures: [
      { at: 1 },
      { at: 2 },
      { at: 3, ...page, recordType: "conversion", refersTo: "<urn:1>" },
      { at: 4, speaks: true },
    ],
    state: ["3 <- 1 page", "3 <- 4 newer", "3 current by 3"],
  },
  {
    title: "a text whose page is gone since is gone with it",
    captures: [{ at: 1 }, { at: 1, ...page, recordType: "conversion" }, { at: 4, ...gone }],
    state: ["2 <- 1 page", "2 gone by 3"],
  },
];

suite("the state of an address", () => {
  for (const { title, captures: stated, state } of cases) test(title, () => assert.deepEqual(said(stated), state));

  test("does not depend on the order in which its captures are read, and has one current version at most", () => {
    const capture = fc.record({
      at: fc.constantFrom(1, 2, 3, null),
      exact: fc.constantFrom("https://a.example/", "http://a.example/"),
      recordType: fc.constantFrom("response", "revisit", "resource", "conversion"),
      outcome: fc.constantFrom("document", "skipped"),
      httpStatus: fc.constantFrom(200, 304, 301, 404, 503, null),
      refersTo: fc.constantFrom(null, "<urn:1>", "<urn:2>"),
      speaks: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(capture, { minLength: 1, maxLength: 6 }), fc.array(fc.nat()), (some, shuffle) => {
        const stated = captures([
          { at: 1, ...document },
          ...(some as Stated[]).map((one) => (one.recordType === "revisit" ? Object.assign(one, revisit) : one)),
        ]);
        const shuffled = stated.toSorted((a, b) => (shuffle[a.key] ?? a.key) - (shuffle[b.key] ?? b.key));
        const sorted = ({ versions, ties }: ReturnType<typeof addressState>): string[] =>
          [...versions, ...ties].map((one) => JSON.stringify(one)).sort();
        const state = addressState(stated);
        assert.deepEqual(sorted(addressState(shuffled)), sorted(state));
        assert.ok(state.versions.filter(({ standing }) => standing === "current").length <= 1);
        assert.equal(state.versions.length, stated.filter(({ outcome }) => outcome === "document").length);
      }),
    );
  });
});
