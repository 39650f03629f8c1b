import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { regions } from "../../src/core/page.ts";
import type { Page } from "../../src/core/page.ts";
import { licenceOf } from "../../src/rights/licence-of.ts";
import { boundedSignals, evidenceKinds, evidenceOf, signalKinds, signalsOf } from "../../src/rights/registry.ts";
import { httpHeadOf } from "../../src/warc/http.ts";
import { blockOf, linkOf, viewOf } from "./page-with.ts";

test("names of kinds are unique, and evidence and signals bear the name of the kind that saw them", () => {
  const names = [...evidenceKinds, ...signalKinds].map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  const view = viewOf(
    {
      metas: [
        { name: "dc.rights", content: "CC BY 4.0" },
        { name: "robots", content: "noai" },
        { name: "tdm-reservation", content: "1" },
      ],
      links: [
        linkOf("https://creativecommons.org/licenses/by/4.0/", { rel: ["license"] }),
        linkOf("https://creativecommons.org/licenses/by/4.0/"),
        linkOf("https://www.apache.org/licenses/LICENSE-2.0"),
        linkOf("https://licensebuttons.net/l/by/4.0/88x31.png", { tag: "img" }),
      ],
      blocks: [blockOf("This text is licensed under CC BY 4.0.")],
    },
    [
      ["Link", "<https://creativecommons.org/licenses/by/4.0/>; rel=license"],
      ["X-Robots-Tag", "noai"],
      ["Content-Usage", "train-ai=n"],
    ],
  );
  for (const kind of evidenceKinds)
    assert.deepEqual(new Set(kind.collect(view).map((item) => item.kind)), new Set([kind.name]));
  for (const kind of signalKinds)
    assert.deepEqual(new Set(kind.read(view).map((item) => item.kind)), new Set([kind.name]));
});

const notices: readonly (readonly [words: string, id: string])[] = [
  ["This article is licensed under CC BY\u00adNC 4.0.", "CC-BY-NC-4.0"],
  ["This article is li\u00adcensed un\u00adder C\u200bC BY-\u00adNC 4.0.", "CC-BY-NC-4.0"],
  ["This article is free: CC•BY•NC 4.0", "CC-BY-NC-4.0"],
  ["This article is licensed under Creative\u00a0Commons Attribution\u00ad-Non\u00adCommercial 4.0.", "CC-BY-NC-4.0"],
  ["This article is licensed under CC BY (Attribution) NC 4.0.", "NOASSERTION"],
  ["All rights re\u00adserved.", "LicenseRef-ARR"],
];
for (const [words, id] of notices) {
  test(`a page with ${JSON.stringify(words)} is under ${id}`, () => {
    const view = viewOf({ blocks: [blockOf(words, { region: "footer" })] });
    assert.equal(licenceOf(evidenceOf(view), true).id, id);
  });
}

test("a notice that goes on with NC in words that were not read is kept as evidence of no licence, and outweighs a free link", () => {
  const view = viewOf({
    links: [linkOf("https://creativecommons.org/licenses/by/4.0/", { rel: ["license"], region: "head", block: -1 })],
    blocks: [blockOf("This article is licensed under CC BY (Attribution) NC 4.0.")],
  });
  const evidence = evidenceOf(view);
  assert.deepEqual(
    evidence.map(({ kind, licence, value }) => [kind, licence, value]),
    [
      ["rel-license", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"],
      ["text-notice", null, "CC BY"],
    ],
  );
  assert.deepEqual(licenceOf(evidence, true), { id: "NOASSERTION", basis: "conflict" });
});

test("a soft hyphen hides no word that says what a licence is about", () => {
  const block = blockOf("Die Fo\u00adtos auf dieser Seite stehen unter CC BY 4.0.", { region: "footer" });
  const link = linkOf("https://creativecommons.org/licenses/by/4.0/", { text: "CC BY 4.0", region: "footer" });
  const evidence = evidenceOf(viewOf({ blocks: [block], links: [link] }));
  assert.deepEqual(new Set(evidence.map(({ subject }) => subject)), new Set(["part"]));
});

test("invisible characters are passed over in metadata, and in the words of a link as in its block", () => {
  const words = "CC B\u00adY 4.0";
  const view = viewOf({
    metas: [{ name: "dc.rights", content: "C\u00adC BY-NC 4.0" }],
    blocks: [blockOf(`Photos: Jane Doe. Content of this si\u00adte: ${words}.`, { region: "footer" })],
    links: [
      linkOf("https://creativecommons.org/licenses/by/4.0/", { text: words, region: "footer" }),
      linkOf("/principles", { text: "All rights re\u00adserved", rel: ["license"], region: "footer" }),
    ],
  });
  const evidence = evidenceOf(view);
  const of = (kind: string): unknown[] =>
    evidence.filter((item) => item.kind === kind).map(({ licence, subject }) => [licence, subject]);
  assert.deepEqual(of("meta"), [["CC-BY-NC-4.0", "page"]]);
  assert.deepEqual(of("cc-link"), [["CC-BY-4.0", "site"]]);
  assert.equal(evidence.find(({ kind }) => kind === "rel-license")?.licence, "LicenseRef-ARR");
});

test("at most 50 items of a kind are kept, and what is said of the page before what is said of its parts", () => {
  const credit = linkOf("https://creativecommons.org/licenses/by/2.0/", { region: "figure", text: "CC BY" });
  const footer = linkOf("https://creativecommons.org/licenses/by-nc/4.0/", { region: "footer", text: "CC BY-NC" });
  const view = viewOf({
    links: [...Array<typeof credit>(200).fill(credit), footer],
    blocks: [blockOf("CC BY-NC", { region: "footer" })],
  });
  const evidence = evidenceOf(view).filter(({ kind }) => kind === "cc-link");
  assert.equal(evidence.length, 50);
  assert.equal(licenceOf(evidence, true).id, "CC-BY-NC-4.0");
});

test("a refusal that stands behind 50 other signals of its kind is kept", () => {
  const signals = [
    ...Array.from({ length: 60 }, (_, at) => ({ preference: "ai", value: "n", agent: `bot-${at}` }) as const),
    ...Array.from({ length: 60 }, () => ({ preference: "ai", value: "y", agent: "*" }) as const),
    { preference: "ai", value: "n", agent: "ccbot" },
    { preference: "ai", value: null, agent: "*" },
    { preference: "ai", value: "n", agent: "*" },
  ] as const;
  const kept = boundedSignals(signals);
  assert.equal(kept.length, 50);
  assert.deepEqual(kept.slice(0, 4), [signals[121], signals[122], signals[120], signals[0]]);
});

test("the same said over and over leaves room for what else is said", () => {
  const view = viewOf({}, [["X-Robots-Tag", `${"noindex, ".repeat(60)}noai`]]);
  const kept = signalsOf(view).map(({ preference, value }) => [preference, value]);
  assert.deepEqual(kept, [
    ["index", "n"],
    ["ai", "n"],
  ]);
});

const far = "x".repeat(20_000);
const many = 1200;
const distant: readonly (readonly [name: string, values: readonly string[], said: string])[] = [
  ["X-Robots-Tag", [`${far}, noai`], "ai n"],
  ["X-Robots-Tag", [...Array<string>(many).fill("all"), "noai"], "ai n"],
  ["Content-Usage", [`x="${far}", train-ai=n`], "train-ai n"],
  ["Content-Usage", [`x="${far.repeat(5)}", train-ai=n`], "train-ai ?"],
  ["Content-Usage", [...Array<string>(many).fill("search=y"), "train-ai=n"], "train-ai n"],
  ["TDM-Reservation", [...Array<string>(many).fill("0"), "1"], "tdm n"],
  ["TDM-Reservation", [`1, ${far}`], "tdm ?"],
];
for (const [name, values, expected] of distant) {
  const length = values.join(", ").length;
  test(`what ${values.length} fields of ${name} with ${length} characters reserve at their end is not lost`, () => {
    const fields = values.map((value) => `${name}: ${value}`).join("\r\n");
    const head = httpHeadOf(Buffer.from(`HTTP/1.1 200 OK\r\n${fields}\r\n\r\n`));
    assert.ok(head.ok);
    const said = signalsOf(viewOf({}, head.headers)).map(({ preference, value }) => `${preference} ${value ?? "?"}`);
    assert.ok(said.includes(expected), said.join());
  });
}

test("a head of a quarter of a mebibyte is read in less than a second", () => {
  const parts = ["noai,", "no ", "a:", "x-", "no-", "no·", "=", "unavailable_after: 1 ", "<a>;rel=license,", '"'];
  for (const part of parts) {
    const value = part.repeat((250 << 10) / part.length);
    for (const name of ["X-Robots-Tag", "Content-Usage", "TDM-Reservation", "Link"]) {
      const began = performance.now();
      const view = viewOf({}, [[name, value]]);
      signalsOf(view);
      evidenceOf(view);
      const took = performance.now() - began;
      assert.ok(took < 1000, `${name}: ${part} took ${took} ms`);
    }
  }
});

const pieces = fc.constantFrom(
  "This work is licensed under ",
  "Creative Commons ",
  "CC BY-SA 4.0",
  "https://creativecommons.org/licenses/by/4.0/",
  "GNU General Public License ",
  "All rights reserved ",
  "Foto: ",
  "<",
  '"',
  "; rel=license",
  ", ",
  "noindex: ",
  "unavailable_after: ",
  "train-ai=(",
  "\uD83D",
  "é",
  " ",
);
const text = fc.oneof(fc.string({ unit: pieces, maxLength: 30 }), fc.string());
const region = fc.constantFrom(...regions);
const block = fc
  .tuple(text, region, fc.boolean())
  .map(([words, where, main]) => blockOf(words, { region: where, main }));
const link = fc
  .tuple(
    text,
    text,
    region,
    fc.constantFrom("a", "link", "img", "form"),
    fc.array(fc.constantFrom("license", "copyright", "nofollow")),
    fc.integer({ min: -1, max: 6 }),
  )
  .map(([href, words, where, tag, rel, at]) => linkOf(href, { text: words, region: where, tag, rel, block: at }));
const meta = fc
  .tuple(
    fc.constantFrom("dc.rights", "license", "copyright", "robots", "gptbot", "tdm-reservation", "tdm-policy"),
    text,
  )
  .map(([name, content]) => ({ name, content }));
const page: fc.Arbitrary<Partial<Page>> = fc.record({
  metas: fc.array(meta, { maxLength: 4 }),
  links: fc.array(link, { maxLength: 6 }),
  blocks: fc.array(block, { maxLength: 6 }),
  baseUrl: fc.oneof(fc.webUrl(), fc.string()),
});
const headers = fc.array(
  fc.tuple(fc.constantFrom("Link", "X-Robots-Tag", "tdm-reservation", "TDM-Policy", "content-usage"), text),
  { maxLength: 5 },
);

test("whatever the page, evidence and signals are bounded, well-formed and the same each time", () => {
  fc.assert(
    fc.property(page, headers, (parts, fields) => {
      const view = viewOf(parts, fields);
      const evidence = evidenceOf(view);
      const signals = signalsOf(view);
      assert.ok(evidence.length <= 50 * evidenceKinds.length && signals.length <= 50 * signalKinds.length);
      for (const { quote, value } of evidence)
        assert.ok(quote.length <= 300 && value.length <= 2048 && quote.isWellFormed() && value.isWellFormed());
      for (const { quote } of signals) assert.ok(quote.length <= 300 && quote.isWellFormed());
      assert.deepEqual(evidenceOf(view), evidence);
      assert.match(licenceOf(evidence, true).id, /^[A-Za-z0-9.-]+$/);
    }),
  );
});

test("megabytes of hostile text and headers are read to the end", () => {
  const seeds = [
    "Creative Commons ",
    "CC BY ",
    "GNU General Public License version ",
    "All rights reserved ",
    "dedicated ",
    "licensed ",
    "creativecommons.org/licenses/",
    "Apache ",
    "Nachdruck ",
    "a-",
    "reproduction ",
  ];
  const blocks = seeds.flatMap((seed) => [
    blockOf(seed.repeat(20_000)),
    ...Array.from({ length: 20 }, () => blockOf(seed.repeat(50))),
  ]);
  const long = "a".repeat(2_000_000);
  const links = seeds.flatMap((seed) => [
    linkOf(seed.repeat(50_000), { rel: ["license"] }),
    linkOf(`https://creativecommons.org/licenses/by/${seed.repeat(9_000)}`, { text: "CC BY" }),
  ]);
  const values: readonly (readonly [name: string, values: readonly string[]])[] = [
    ["Link", [`<${long}`, `<a>;${";".repeat(500_000)}`, `<a>; rel="${"\\".repeat(500_001)}`, "<".repeat(1_000_000)]],
    ["X-Robots-Tag", [",".repeat(2_000_000), "a:".repeat(500_000), `unavailable_after:${", 1".repeat(500_000)}`]],
    ["Content-Usage", [`a=(${" ".repeat(500_000)}`, `a="${long}`, "a,".repeat(500_000)]],
  ];
  const fields = values.flatMap(([name, list]) => list.map((value) => [name, value] as const));
  const view = viewOf({ blocks, links, metas: [{ name: "dc.rights", content: "http://".repeat(200_000) }] }, fields);
  assert.ok(evidenceOf(view).length <= 50 * evidenceKinds.length);
  assert.ok(signalsOf(view).length <= 50 * signalKinds.length);
});
