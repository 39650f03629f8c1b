import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import type { RightsView, Signal } from "../../../src/core/rights.ts";
import { metaRobots } from "../../../src/rights/signals/meta-robots.ts";
import { xRobotsTag } from "../../../src/rights/signals/x-robots-tag.ts";
import { viewOf } from "../page-with.ts";

function said(signals: readonly Signal[]): string[] {
  return signals.map(({ agent, preference, value }) => `${agent} ${preference}=${value ?? "?"}`);
}
function headerSaid(...values: readonly string[]): string[] {
  return said(
    xRobotsTag.read(
      viewOf(
        {},
        values.map((value) => ["X-Robots-Tag", value] as const),
      ),
    ),
  );
}

const cases: readonly (readonly [header: string, expected: readonly string[]])[] = [
  ["noindex", ["* index=n"]],
  ["NoIndex , NOFOLLOW", ["* index=n", "* follow=n"]],
  ["none", ["* index=n", "* follow=n"]],
  ["all", ["* index=y", "* follow=y"]],
  ["noai, noimageai", ["* ai=n", "* image-ai=n"]],
  ["noarchive, nosnippet", ["* archive=n", "* snippet=n"]],
  ["max-snippet: 0", ["* snippet=n"]],
  ["max-snippet:20, max-image-preview:large", []],
  ["googlebot: noindex, nofollow", ["googlebot index=n", "googlebot follow=n"]],
  ["noindex, GPTBot: noai, otherbot: nofollow", ["* index=n", "gptbot ai=n", "otherbot follow=n"]],
  ["unavailable_after: Wed, 25 Jun 2025 15:00:00 GMT, noai", ["* index=?", "* ai=n"]],
  ["otherbot: unavailable_after: 25 Jun 2025 15:00:00 PST", ["otherbot index=?"]],
  ["notranslate, constructor, __proto__", []],
  [",,:,", []],
  ["", []],
];
for (const [header, expected] of cases) {
  test(`X-Robots-Tag ${JSON.stringify(header)} says ${expected.join(", ") || "nothing"}`, () =>
    assert.deepEqual(headerSaid(header), expected));
}

test("an agent named in one header does not reach into the next", () => {
  assert.deepEqual(headerSaid("googlebot: noindex", "noai"), ["googlebot index=n", "* ai=n"]);
});

test("meta elements speak to all, or to the agent they are named after; other names are no robots", () => {
  const metas = [
    { name: "robots", content: "noai, follow" },
    { name: "gptbot", content: "noindex" },
    { name: "keywords", content: "noindex" },
  ];
  const signals = metaRobots.read(viewOf({ metas }));
  assert.deepEqual(said(signals), ["* ai=n", "* follow=y", "gptbot index=n"]);
  assert.deepEqual(signals[2], {
    kind: "meta-robots",
    preference: "index",
    value: "n",
    agent: "gptbot",
    place: "meta:gptbot",
    quote: "noindex",
    policyUrl: null,
  });
});

test("any list of agents and directives is read back", () => {
  const words = { noindex: "index=n", follow: "follow=y", noai: "ai=n", noarchive: "archive=n" } as const;
  const group = fc.tuple(
    fc.stringMatching(/^[a-z][a-z0-9-]{0,12}bot$/),
    fc.array(fc.constantFrom(...Object.keys(words)), { minLength: 1, maxLength: 4 }),
  );
  fc.assert(
    fc.property(fc.array(group, { maxLength: 5 }), (groups) => {
      const header = groups.map(([agent, list]) => `${agent}: ${list.join(", ")}`).join(", ");
      const expected = groups.flatMap(([agent, list]) =>
        list.map((word) => `${agent} ${words[word as keyof typeof words]}`),
      );
      assert.deepEqual(headerSaid(header), expected);
    }),
  );
});

test("no header makes the reader throw, and what it quotes is bounded", () => {
  const headers: fc.Arbitrary<RightsView["headers"]> = fc.array(
    fc.tuple(fc.constant("x-robots-tag"), fc.string({ maxLength: 2000 })),
  );
  fc.assert(
    fc.property(headers, (values) => {
      for (const { quote, agent } of xRobotsTag.read(viewOf({}, values)))
        assert.ok(quote.length <= 300 && agent.length <= 64);
    }),
  );
});

test("the date of unavailable_after is quoted with its comma", () => {
  const header = "unavailable_after: Wed, 25 Jun 2025 15:00:00 GMT";
  const [signal] = xRobotsTag.read(viewOf({}, [["X-Robots-Tag", `${header}, noai`]]));
  assert.equal(signal?.quote, header);
});
