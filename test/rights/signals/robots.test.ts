import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import type { RightsView, Signal } from "../../../src/core/rights.ts";
import { pageOf } from "../../../src/page/parse-page.ts";
import { agentNames } from "../../../src/rights/agent-names.ts";
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
  ["noml", ["* ai=n"]],
  ["noai noimageai", ["* ai=n", "* image-ai=n"]],
  ["noai;noimageai", ["* ai=n", "* image-ai=n"]],
  ["noai，noimageai、noml；nosnippet", ["* ai=n", "* image-ai=n", "* ai=n", "* snippet=n"]],
  ["noindex,nofollow;noai | noarchive", ["* index=n", "* follow=n", "* ai=n", "* archive=n"]],
  ["noindex\n\tnoai\u00a0noarchive", ["* index=n", "* ai=n", "* archive=n"]],
  ["no ai, no-index no_archive", ["* ai=n", "* index=n", "* archive=n"]],
  ["no image ai", ["* image-ai=n"]],
  ["please, no ai", ["* ai=n"]],
  ["ｎｏａｉ", ["* ai=n"]],
  ["no\u00adai", ["* ai=n"]],
  ["noindex/noai", ["* index=n", "* ai=n"]],
  ["noai!", ["* ai=?"]],
  ["foo-noai", ["* ai=?"]],
  ["noaitraining", ["* ai=?"]],
  ["noai=1", ["* ai=n"]],
  ["no-ai=true; noimageai = 1", ["* ai=n", "* image-ai=n"]],
  ["noai=0, noarchive=false", ["* ai=?", "* archive=?"]],
  ["no-ai-training", ["* ai=?"]],
  ["no-ai!", ["* ai=?"]],
  [`"no-ai", 'noindex', “noimageai”`, ["* ai=n", "* index=n", "* image-ai=n"]],
  [`"no ai"`, ["* ai=n"]],
  ["x-no-ai", ["* ai=?"]],
  ["no.ai, n.o.a.i", ["* ai=n", "* ai=n"]],
  ["no·ai, no•image•ai, no‧ai", ["* ai=n", "* image-ai=n", "* ai=n"]],
  ["noindex·noai", ["* index=n", "* ai=n"]],
  ["no-image ai, no - ai", ["* image-ai=n", "* ai=n"]],
  ["no-index-follow", ["* index=?"]],
  ["no_ai/no_archive", ["* ai=n", "* archive=n"]],
  ["DisallowAITraining, disallow-ai-training, Disallow AI Training", Array<string>(3).fill("* train-ai=n")],
  ["AllowAITraining", ["* train-ai=y"]],
  ["DisallowAITraining: /path", ["* train-ai=?"]],
  ["x-disallowaitraining2", ["* train-ai=?"]],
  ["casino-air, piano-ai, anno.ai, email, no-image-index, disallow, kino-archive", []],
  ["noai: true", ["* ai=?"]],
  ["noainoimageai", ["* ai=?", "* image-ai=?"]],
  ["index: yes, noai", ["* ai=n"]],
  ["max-snippet: -1 max-image-preview: none noai", ["* ai=n"]],
  ["max-snippet:0 noai", ["* snippet=n", "* ai=n"]],
  ["max-snippet:, noai", ["* ai=n"]],
  ["googlebot: noindex gptbot: noai", ["googlebot index=n", "gptbot ai=n"]],
  ["googlebot: noindex; GPTBot : noai noarchive", ["googlebot index=n", "gptbot ai=n", "gptbot archive=n"]],
  ["googlebot: noindex, robots: noai", ["googlebot index=n", "* ai=n"]],
  ["googlebot: noindex, my own site: noai", ["googlebot index=n", "* ai=n"]],
  ["revisit-after: 7 days, rating: general, noai", ["* ai=n"]],
  ["unavailable_after: 25 Jun 2025 15:00:00 PST noai", ["* index=?", "* ai=n"]],
  ["unavailable_after: 2030-01-01T00:00:00+01:00; gptbot: noai", ["* index=?", "gptbot ai=n"]],
  ["index,follow,max-snippet:-1,max-image-preview:large,max-video-preview:-1", ["* index=y", "* follow=y"]],
  ["noimageindex, noodp, noydir", []],
  ["notranslate, constructor, __proto__", []],
  [",,:,", []],
  ["", []],
];
for (const [header, expected] of cases) {
  test(`X-Robots-Tag ${JSON.stringify(header)} says ${expected.join(", ") || "nothing"}`, () =>
    assert.deepEqual(headerSaid(header), expected));
}

for (const dash of "‐‑‒–—―−﹘﹣－⁃_") {
  test(`"no${dash}ai" and "no${dash}image${dash}ai" are refusals`, () =>
    assert.deepEqual(headerSaid(`no${dash}ai, no${dash}image${dash}ai`), ["* ai=n", "* image-ai=n"]));
}

test("an agent named in one header does not reach into the next", () => {
  assert.deepEqual(headerSaid("googlebot: noindex", "noai"), ["googlebot index=n", "* ai=n"]);
});

test("meta elements speak to all, or to the agent they are named after; other names are no robots", () => {
  const metas = [
    { name: "robots", content: "noai, follow" },
    { name: "gptbot", content: "noindex" },
    { name: "colophon", content: "noai" },
    { name: "keywords", content: "noindex" },
  ];
  const signals = metaRobots.read(viewOf({ metas }));
  assert.deepEqual(said(signals), ["* ai=n", "* follow=y", "gptbot index=n", "colophon ai=n"]);
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

const names: readonly (readonly [name: string, content: string, expected: readonly string[]])[] = [
  ["x-robots-tag", "noai, gptbot: noindex", ["* ai=n", "gptbot index=n"]],
  ["x-robots", "noai", ["* ai=n"]],
  ["robots,googlebot", "noai, noindex", ["* ai=n", "googlebot ai=n", "* index=n", "googlebot index=n"]],
  ["gptbot; ccbot robots", "noai, noai", ["gptbot ai=n", "ccbot ai=n", "* ai=n"]],
  ["robots, nobody-knows, robots", "noai", ["* ai=n"]],
  ["nobody-knows", "noai", []],
  ["nobody knows", "noai", []],
];
for (const [name, content, expected] of names) {
  test(`a meta element named ${JSON.stringify(name)} with ${JSON.stringify(content)} says ${expected.join(", ") || "nothing"}`, () =>
    assert.deepEqual(said(metaRobots.read(viewOf({ metas: [{ name, content }] }))), expected));
}

test("every agent that has a name here is addressed by a meta element of that name", () => {
  for (const agent of agentNames) {
    const signals = metaRobots.read(viewOf({ metas: [{ name: agent, content: "noai" }] }));
    assert.deepEqual(said(signals), [`${agent} ai=n`]);
  }
});

test("an X-Robots-Tag in a page counts as in the head of its answer", () => {
  const bytes = Buffer.from(`<!doctype html><meta http-equiv="X-Robots-Tag" content="noai">`);
  const page = pageOf({ url: "https://site.test/page", bytes, contentType: "text/html" });
  const [signal] = metaRobots.read(viewOf(page));
  assert.deepEqual([signal?.preference, signal?.value, signal?.place], ["ai", "n", "meta:x-robots-tag"]);
});

test("a thousand elements that each address everybody say no more than one", () => {
  const metas = Array.from({ length: 1000 }, () => ({
    name: agentNames.join(),
    content: "noai,noindex,nofollow,noarchive,".repeat(100),
  }));
  assert.equal(metaRobots.read(viewOf({ metas })).length, 4 * agentNames.length);
});

test("a prefix in a meta element addresses nobody else, since its name says whom it addresses", () => {
  const content = "revisit-after: 7 days, googlebot: noindex, foo: noai";
  assert.deepEqual(said(metaRobots.read(viewOf({ metas: [{ name: "robots", content }] }))), ["* index=n", "* ai=n"]);
});

test("a header that was sent as UTF-8 is read as that", () => {
  const sent = Buffer.from("noai，noimageai").toString("latin1");
  assert.deepEqual(headerSaid(sent), ["* ai=n", "* image-ai=n"]);
  assert.deepEqual(headerSaid(`\u00e9, noai`), ["* ai=n"]);
});

test("whatever parts two directives, neither refusal is lost", () => {
  const between = fc.oneof(
    fc.stringMatching(/^[^\p{L}\p{N}:*]{1,4}$/u),
    fc.constantFrom(" ", ";", "，", "、", "；", "|", "/", "\u200b", "\u00ad", "\u2028", "\u00a0"),
  );
  const word = fc.constantFrom("noai", "noindex", "noarchive", "nosnippet", "noimageai");
  fc.assert(
    fc.property(word, between, word, (first, mark, second) => {
      const content = first + mark + second;
      const seen = metaRobots.read(viewOf({ metas: [{ name: "robots", content }] }));
      for (const one of [first, second]) {
        const about = one === "noimageai" ? "image-ai" : one.slice(2);
        assert.ok(
          seen.some(({ preference, value, agent }) => preference === about && value !== "y" && agent === "*"),
          JSON.stringify(content),
        );
      }
    }),
  );
});

test("whatever mark stands inside a refusal or around it, unless it parts directives, the refusal is not absent", () => {
  const marks = Array.from({ length: 0x1_00_00 }, (_, point) => String.fromCharCode(point)).filter(
    (one) => /\p{P}|\p{Z}/u.test(one) && !/[,;:]/.test(one.normalize("NFKC")) && !/[，、；：،؛､、︐﹐﹑︓﹔]/.test(one),
  );
  assert.ok(marks.length > 500);
  for (const mark of marks) {
    for (const parts of [
      ["no", "ai"],
      ["no", "ai", "training"],
      ["x", "no", "ai"],
      ["", "noai", ""],
    ]) {
      const content = parts.join(mark);
      const seen = metaRobots.read(viewOf({ metas: [{ name: "robots", content }] }));
      assert.ok(
        seen.some(({ preference, value }) => preference === "ai" && value !== "y"),
        JSON.stringify(content),
      );
    }
  }
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
