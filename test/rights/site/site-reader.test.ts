import assert from "node:assert/strict";
import { suite, test } from "node:test";

import * as fc from "fast-check";

import { siteFiles, type SiteFileKind } from "../../../src/core/rights.ts";
import { siteReaderOf, siteSignalKinds } from "../../../src/rights/site/site-reader.ts";
import { trainingAgents } from "../../../src/rights/site/training-agents.ts";
import { page, reservation, said, saidBy, site } from "./said.ts";

const robots = (lines: string, url?: string, agents?: readonly string[]): string[] =>
  said("robots-txt", lines.replaceAll("; ", "\n"), url, agents);

const groups: readonly (readonly [title: string, file: string, expected: readonly string[]])[] = [
  ["nothing says nothing", "", []],
  ["an agent of training that may fetch nothing", "User-agent: GPTBot; Disallow: /", ["robots-txt ai=n gptbot"]],
  ["in any case, with a version", "USER-AGENT: gptBOT/1.2; DISALLOW: /", ["robots-txt ai=n gptbot"]],
  ["with digits in its name", "User-agent: AI2Bot; Disallow: /", ["robots-txt ai=n ai2bot"]],
  [
    "several agents of one group",
    "User-agent: CCBot; User-agent: GPTBot; Disallow: /a",
    ["robots-txt ai=n ccbot", "robots-txt ai=n gptbot"],
  ],
  ["an agent of training that may fetch this page", "User-agent: GPTBot; Disallow: /b", []],
  ["a longer rule that allows it", "User-agent: GPTBot; Disallow: /; Allow: /a/", []],
  ["a wildcard and an end", "User-agent: GPTBot; Disallow: /*x=1$", ["robots-txt ai=n gptbot"]],
  [
    "a control token that fetches nothing itself",
    "User-agent: Google-Extended; Disallow: /",
    ["robots-txt ai=n google-extended"],
  ],
  ["an agent that fetches to answer a question", "User-agent: ChatGPT-User; Disallow: /", []],
  ["everybody", "User-agent: *; Disallow: /", ["robots-txt crawl=n *"]],
  [
    "everybody but one of training",
    "User-agent: *; Disallow: /; User-agent: GPTBot; Allow: /",
    ["robots-txt crawl=n *"],
  ],
  [
    "training that is spoken of in a line of its own",
    "User-agent: *; DisallowAITraining: /a",
    ["robots-txt train-ai=n *"],
  ],
  ["such a line for another path", "User-agent: *; DisallowAITraining: /b", []],
  ["such a line taken back", "User-agent: *; DisallowAITraining: /; AllowAITraining: /a/", []],
  ["a reservation as TDMRep words it", "tdm-reservation: 1", ["robots-txt tdm=n *"]],
  ["one that cannot be read", "tdm-reservation: yes", ["robots-txt tdm=? *"]],
  ["white space for a colon", "User-agent GPTBot; Disallow /", ["robots-txt ai=n gptbot"]],
  ["an agent of training behind another", "User-agent: Googlebot, GPTBot; Disallow: /", ["robots-txt ai=n gptbot"]],
  [
    "several in one line",
    "User-agent: GPTBot CCBot/2.0; Disallow: /",
    ["robots-txt ai=n gptbot", "robots-txt ai=n ccbot"],
  ],
  ["everybody in a list", "User-agent: Googlebot, *; Disallow: /", ["robots-txt crawl=n *"]],
  [
    "an agent that a group of its own refuses and a list allows",
    "User-agent: GPTBot; Disallow: /; User-agent: Googlebot, GPTBot; Allow: /",
    ["robots-txt ai=n gptbot"],
  ],
  ["nobody by a star in a name", "User-agent: *bot*, foo; Disallow: /", []],
  ["an agent that is allowed in a list", "User-agent: Googlebot, GPTBot; Disallow: /b", []],
];

const contentSignals: readonly (readonly [title: string, file: string, expected: readonly string[]])[] = [
  [
    "for all",
    "User-agent: *; Content-Signal: search=yes, ai-train=no; Allow: /",
    ["content-signal search=y *", "content-signal train-ai=n *"],
  ],
  [
    "in any case and spacing",
    "user-agent: *; content-signal :AI-Input = NO ,Search=Yes",
    ["content-signal ai-input=n *", "content-signal search=y *"],
  ],
  [
    "for some agents",
    "User-agent: a; User-agent: GPTBot; Content-Signal: ai-train=no",
    ["content-signal train-ai=n gptbot", "content-signal train-ai=n a"],
  ],
  ["outside of groups", "Content-Signal: ai-train=no", ["content-signal train-ai=n *"]],
  [
    "in several lines",
    "User-agent: *; Content-Signal: search=yes; Content-Signals: ai-train=no",
    ["content-signal search=y *", "content-signal train-ai=n *"],
  ],
  [
    "that cannot be read",
    "User-agent: *; Content-Signal: ai-train=maybe, search",
    ["content-signal train-ai=? *", "content-signal search=? *"],
  ],
  ["in other keys", "User-agent: *; Content-Signal: use=reference", []],
  ...["ai_train=no", "ai-training=no", "train-ai: no", "no-ai", "aiTrain=0", "tdm=n", "machine-learning=no"].map(
    (text): (typeof contentSignals)[number] => [
      `that cannot be read in ${text}`,
      `User-agent: *; Content-Signal: search=yes, ${text}`,
      ["content-signal search=y *", "content-signal train-ai=? *"],
    ],
  ),
  ["in an unread key that allows", "Content-Signal: ai_train=yes, ai-training=yes", []],
  ["in another spelling of the line", "Content_Signal: ai-train=no", ["content-signal train-ai=n *"]],
  [
    "for agents in one line",
    "User-agent: Googlebot, GPTBot; Content-Signal: ai-train=no",
    ["content-signal train-ai=n googlebot", "content-signal train-ai=n gptbot"],
  ],
];

/** The example of the draft. */
const example =
  "User-agent: *; Content-Usage: train-ai=n; Content-Usage: /ai-ok/ train-ai=y; Disallow: /never/; Allow: /; ; " +
  "User-agent: ExampleBot; Content-Usage: /ai-ok/ train-ai=y; Allow: /";
const usages: readonly (readonly [title: string, path: string, file: string, expected: readonly string[]])[] = [
  ["for all pages", "/test", example, ["content-usage train-ai=n *"]],
  ["not for what may not be fetched", "/never/test", example, ["robots-txt crawl=n *"]],
  [
    "by the longest path",
    "/ai-ok/test",
    example,
    ["content-usage train-ai=y *", "content-usage train-ai=y examplebot"],
  ],
  [
    "combined where paths are the same",
    "/a",
    "User-agent: *; Content-Usage: /a train-ai=y; Content-Usage: /%61 train-ai=n, search=y",
    ["content-usage train-ai=n *", "content-usage search=y *"],
  ],
  ["in former labels", "/a", "User-agent: *; Content-Usage: genai=n", ["content-usage train-ai=n *"]],
  ["that cannot be read", "/a", "User-agent: *; Content-Usage: Train-AI=n", ["content-usage train-ai=? *"]],
  ["of a path alone", "/a", "User-agent: *; Content-Usage: /a", []],
  [
    "without the agents behind it",
    "/a",
    "User-agent: *; Content-Usage: train-ai=n; ; User-agent: BadBot; Disallow: /",
    ["content-usage train-ai=n *"],
  ],
];

suite("robots.txt", () => {
  for (const [title, file, expected] of groups)
    test(`refuses ${title}`, () => assert.deepEqual(robots(file), expected));

  for (const [title, file, expected] of contentSignals)
    test(`has content signals ${title}`, () => assert.deepEqual(robots(file), expected));

  for (const [title, path, file, expected] of usages)
    test(`has usage preferences ${title}`, () => assert.deepEqual(robots(file, `${site}${path}`), expected));

  test("is asked about the agents of a policy, by groups of their own only", () => {
    const file = "User-agent: Colophon; Disallow: /; User-agent: other; Disallow: /";
    assert.deepEqual(robots(file, page, ["colophon", "third", "gptbot"]), ["robots-txt crawl=n colophon"]);
  });

  test("is read to its end where its text in UTF-8 is longer than its bytes were", () => {
    const text = `# ${"\u00e4".repeat(300_000)}\nUser-agent: GPTBot\nDisallow: /`;
    assert.deepEqual(robots(text), ["robots-txt ai=n gptbot"]);
  });

  test("of which lines about rights were left out is unknown, as is one that was cut off", () => {
    const many = Array.from({ length: 10_001 }, (_, at) => `Content-Usage: /${at} train-ai=y`).join("\n");
    assert.deepEqual(robots(many), ["robots-txt ai=? *"]);
    const text = "User-agent: GPTBot\nDisallow: /";
    assert.deepEqual(saidBy({ kind: "robots-txt", text, cut: true }), ["robots-txt ai=? *", "robots-txt ai=n gptbot"]);
    assert.deepEqual(saidBy({ kind: "robots-txt", text: "", cut: true }), ["robots-txt ai=? *"]);
    assert.deepEqual(robots(`${"Sitemap: /s; ".repeat(10_001)}Content-Signal: ai-train=no`), [
      "content-signal train-ai=n *",
    ]);
  });

  test("is quoted with the line that refuses, its agent and its number", () => {
    const read = siteReaderOf({ kind: "robots-txt", text: "# all\nUser-agent: GPTBot\nDisallow: /ä\n" }, new Set());
    assert.deepEqual(
      read(`${site}/%C3%A4`).map(({ place, quote }) => [place, quote]),
      [["robots.txt:3", "User-agent: gptbot Disallow: /ä"]],
    );
  });

  test("points to its policy", () => {
    const read = siteReaderOf({ kind: "robots-txt", text: "tdm-reservation: 1\ntdm-policy: /policy.json" }, new Set());
    assert.equal(read(page)[0]?.policyUrl, `${site}/policy.json`);
  });

  test("that names every agent of training in one group says so of each", () => {
    const file = [...trainingAgents].map((agent) => `User-agent: ${agent}`).join("\n");
    assert.deepEqual(
      robots(`${file}\nDisallow: /`).toSorted(),
      [...trainingAgents].map((agent) => `robots-txt ai=n ${agent}`).toSorted(),
    );
  });
});

suite("a file of a site", () => {
  test("has kinds that bear the names of the signals they give", () => {
    const text =
      "User-agent: *\nDisallow: /b\nContent-Signal: ai-train=no\nContent-Usage: train-ai=n\nUser-agent: GPTBot\nDisallow: /";
    const kinds = siteReaderOf({ kind: "robots-txt", text }, new Set())(page).map(({ kind }) => kind);
    const ofRobots = siteSignalKinds.map(({ name }) => name).filter((name) => name !== "tdmrep");
    assert.deepEqual([...new Set(kinds)], ofRobots);
  });

  test("gives at most 50 signals of a kind", () => {
    const many = Array.from({ length: 200 }, (_, index) => `User-agent: agent${"x".repeat(index)}`).join("\n");
    const text = `${many}\nContent-Signal: ai-train=no, search=no\nContent-Usage: train-ai=n\nDisallow: /b`;
    const kinds = Object.groupBy(siteReaderOf({ kind: "robots-txt", text }, new Set())(page), ({ kind }) => kind);
    assert.deepEqual([kinds["content-signal"]?.length, kinds["content-usage"]?.length], [50, 50]);
  });

  test("of any text, about any address, gives signals without an error, twice the same", () => {
    const words = fc.constantFrom(
      "User-agent: ",
      "GPTBot",
      "*",
      "\n",
      "Disallow: ",
      "/a",
      "%2A",
      "$",
      "Content-Signal: ai-train=",
      "no",
      "ä",
      "Content-Usage: ",
      "train-ai=n",
      "tdm-reservation",
      '": 1',
      '[{"location":"',
      "}",
      "\uFFFD",
      "\0",
    );
    const texts = fc.array(fc.oneof(words, fc.string())).map((parts) => parts.join(""));
    const kinds = fc.constantFrom(...(Object.keys(siteFiles) as SiteFileKind[]));
    fc.assert(
      fc.property(kinds, texts, fc.oneof(fc.webUrl(), fc.string()), (kind, text, url) => {
        assert.deepEqual(said(kind, text, url), said(kind, text, url));
      }),
    );
  });

  test("that is made to be slow costs a page no more than a robots.txt costs a crawl", () => {
    const wild = `Disallow: /${"*a".repeat(60)}b\n`.repeat(3_900);
    const named = [...trainingAgents].map((agent) => `User-agent: ${agent}\nDisallow: /${agent}\n`).join("");
    const all = [...trainingAgents].map((agent) => `User-agent: ${agent}\n`).join("");
    const usage = Array.from(
      { length: 5_000 },
      (_, index) => `Content-Usage: /${"*a".repeat(30)}${index} train-ai=n\n`,
    );
    const lists: readonly (readonly [SiteFileKind, string])[] = [
      ["robots-txt", `${named}${all}${wild}`],
      ["robots-txt", `${all}${usage.join("")}`],
      ["tdmrep", JSON.stringify(Array.from({ length: 9_000 }, () => reservation(`/${"*a".repeat(40)}b`, 1)))],
      ["tdmrep", `${"[".repeat(900_000)}tdm-reservation`],
      ["tdmrep", `${"[".repeat(500_000)}${"]".repeat(500_000)}`],
      [
        "robots-txt",
        `User-agent: ${"a, gptbot ".repeat(50)}\n${"Content-Signal: ai-train=no, search=no\n".repeat(9_999)}`,
      ],
      ["robots-txt", `${"tdm-reservation: 1\n".repeat(9_999)}tdm-policy: /a`],
    ];
    for (const [kind, text] of lists) {
      const read = siteReaderOf({ kind, text }, new Set());
      const url = `${site}/${"a".repeat(2_000)}`;
      read(url);
      const before = process.cpuUsage();
      for (let at = 0; at < 5; at += 1) read(url);
      const ms = process.cpuUsage(before).user / 5_000;
      assert.ok(ms < 200, `${kind}: ${ms} ms a page`);
    }
  });
});
