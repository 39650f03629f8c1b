import assert from "node:assert/strict";
import { suite, test } from "node:test";

import * as fc from "fast-check";

import { compiledRobots } from "../../src/robots/compile.ts";
import { maxRobotsBytes, robotsFileOf, type RobotsFile } from "../../src/robots/parse.ts";

const fileOf = (text: string): RobotsFile => robotsFileOf(Buffer.from(text));
/** Groups in short: `a,b: -/x +/y`. */
const groupsOf = (file: RobotsFile): string[] =>
  file.groups.map(
    ({ agents, rules }) =>
      `${[...agents].join()}: ${rules.map(({ allow, pattern }) => (allow ? "+" : "-") + pattern).join(" ")}`,
  );
const patternsFor = (text: string, agent: string): string =>
  compiledRobots(fileOf(text), agent)
    .rules.map(({ allow, pieces, anchored }) => `${allow ? "+" : "-"}${pieces.join("*")}${anchored ? "$" : ""}`)
    .join(" ");

suite("lines", () => {
  const lines: readonly (readonly [title: string, line: string, group: string])[] = [
    ["names in any case", "DisAllow: /x", "a: -/x"],
    ["blanks around all of it", " \t disallow \t : \t /x \t ", "a: -/x"],
    ["a comment behind it", "disallow: /x # why", "a: -/x"],
    ["a hash in the path, which begins a comment", "disallow: /x#y", "a: -/x"],
    ["a colon in the path", "disallow: /x:y", "a: -/x:y"],
    ["a blank for the colon", "disallow /x", "a: -/x"],
    ["two blanks and no colon, which says nothing", "disallow /x y", "a: "],
    ["an empty path, which says nothing", "disallow:", "a: "],
    ["a misspelling that is often seen", "Dissallow: /x", "a: -/x"],
    ["blanks inside the path", "disallow: /x y", "a: -/x y"],
    ["a line of nobody", "frobnicate: /x", "a: "],
    ["no name", ": /x", "a: "],
    ["a non-breaking space at the end of a letter", "disallow: /\u00e0", "a: -/\u00c3\u00a0"],
  ];
  for (const [title, line, group] of lines) {
    test(`a line with ${title} is read as "${group}"`, () => {
      assert.deepEqual(groupsOf(fileOf(`user-agent: a\n${line}\n`)), [group]);
    });
  }

  test("line ends of all three kinds, mixed, give the same lines", () => {
    const expected = fileOf("user-agent: a\n\ndisallow: /x\nallow: /y\n");
    for (const text of [
      "user-agent: a\r\n\r\ndisallow: /x\r\nallow: /y",
      "user-agent: a\r\rdisallow: /x\rallow: /y\r",
      "user-agent: a\n\rdisallow: /x\r\nallow: /y\n",
    ])
      assert.deepEqual(fileOf(text), expected);
  });

  test("a byte order mark is skipped, and UTF-16 is understood", () => {
    const text = "user-agent: a\ndisallow: /caf\u00e9\n";
    const expected = fileOf(text);
    assert.equal(groupsOf(expected).length, 1);
    assert.deepEqual(fileOf(`\ufeff${text}`), expected);
    const little = Buffer.from(`\ufeff${text}`, "utf16le");
    assert.deepEqual(robotsFileOf(little), expected);
    assert.deepEqual(robotsFileOf(Buffer.from(little).swap16()), expected);
  });

  test("UTF-16 without a byte order mark is understood, and stray empty bytes make none of a file in UTF-8", () => {
    const text = "# \u4e00\u4e8c\u4e09 \u00fc\nUser-agent: *\nDisallow: /\u4e00\n";
    const little = Buffer.from(text, "utf16le");
    assert.deepEqual(robotsFileOf(little), fileOf(text));
    assert.deepEqual(robotsFileOf(Buffer.from(little).swap16()), fileOf(text));
    const padded = Buffer.concat([Buffer.from(text), Buffer.alloc(4_096)]);
    assert.deepEqual(robotsFileOf(padded).groups, fileOf(text).groups);
  });

  test("a line is read up to 16,664 bytes", () => {
    const fits = `disallow: /${"x".repeat(16_664 - 11)}`;
    const pattern = (line: string) => fileOf(`user-agent: a\n${line}`).groups[0]?.rules[0]?.pattern.length;
    assert.equal(pattern(fits), 16_664 - 10);
    assert.equal(pattern(`${fits}yyy`), 16_664 - 10);
  });

  test("500 KiB are read and no byte more", () => {
    const start = "user-agent: a\n";
    const rule = "disallow: /x\n";
    const filler = "#".repeat(maxRobotsBytes - start.length - rule.length - 1);
    const fits = fileOf(`${start}${filler}\n${rule}`);
    assert.deepEqual([groupsOf(fits), fits.cut], [["a: -/x"], false]);
    const over = fileOf(`${start}${filler}\n${rule}${rule}`);
    assert.deepEqual([groupsOf(over), over.cut], [["a: -/x"], true]);
  });

  test("any bytes at all are read without an error, twice the same", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        assert.deepEqual(robotsFileOf(Buffer.from(bytes)), robotsFileOf(Buffer.from(bytes)));
      }),
    );
  });
});

suite("groups", () => {
  test("several agents share the rules after them; blank and other lines do not part them", () => {
    const text =
      "user-agent: a\n\nsitemap: /s\nfoo: bar\nuser-agent: b\n\n\ndisallow: /x\n\nallow: /y\nuser-agent: c\n";
    assert.deepEqual(groupsOf(fileOf(text)), ["a,b: -/x +/y", "c: "]);
  });

  test("Content-Usage is a rule, which ends the list of agents; Content-Signal is none", () => {
    const text = (name: string): string => `user-agent: *\n${name}: train-ai=n\n\nuser-agent: badbot\ndisallow: /\n`;
    const usage = fileOf(text("content-usage"));
    assert.deepEqual(groupsOf(usage), ["*: ", "badbot: -/"]);
    assert.deepEqual([...(usage.statements[0]?.agents ?? [])], ["*"]);
    assert.deepEqual(groupsOf(fileOf(text("content-signal"))), ["*,badbot: -/"]);
  });

  test("an agent with digits in its name is named by all of it, and by its letters alone", () => {
    const file = fileOf("user-agent: AI2Bot-Dolma/1.0\ndisallow: /\n");
    assert.deepEqual([...(file.groups[0]?.agents ?? [])], ["ai", "ai2bot-dolma"]);
  });

  test("agents behind the first in a line are noted, but not those of the group", () => {
    for (const list of ["Googlebot, GPTBot", "Googlebot;GPTBot/1.1", "googlebot (compatible; GPTBOT)"]) {
      const [group] = fileOf(`user-agent: ${list}\ndisallow: /`).groups;
      assert.deepEqual([...(group?.agents ?? [])], ["googlebot"]);
      assert.ok([...(group?.others ?? [])].includes("gptbot"), list);
    }
    assert.deepEqual([...(fileOf("user-agent: *").groups[0]?.others ?? [])], []);
  });

  test("rules before any agent say nothing", () => {
    assert.deepEqual(groupsOf(fileOf("disallow: /\nuser-agent: a\nallow: /x\n")), ["a: +/x"]);
  });

  test("all groups that name the agent are merged, whatever their case", () => {
    const text = "user-agent: Foo\ndisallow: /a\nuser-agent: bar\ndisallow: /b\nuser-agent: fOO\ndisallow: /cc\n";
    assert.equal(patternsFor(text, "foo"), "-/cc -/a");
    assert.equal(patternsFor(text, "FOO"), "-/cc -/a");
  });

  test("everybody's groups hold only where none names the agent, even an empty one", () => {
    const text =
      "user-agent: *\ndisallow: /a\nuser-agent: foo\nuser-agent: bar\nallow: /b\nuser-agent: *\ndisallow: /cc\nuser-agent: empty\n";
    assert.equal(patternsFor(text, "other"), "-/cc -/a");
    assert.equal(patternsFor(text, "bar"), "+/b");
    assert.equal(patternsFor(text, "empty"), "");
    assert.deepEqual(
      ["other", "bar"].map((agent) => compiledRobots(fileOf(text), agent).named),
      [false, true],
    );
  });

  test("an agent is its product token: versions and words behind it do not count, other tokens do", () => {
    const text =
      "user-agent: Foo/1.0 (x)\ndisallow: /a\nuser-agent: foobar\ndisallow: /b\nuser-agent: * all\ndisallow: /c\n";
    assert.equal(patternsFor(text, "foo"), "-/a");
    assert.equal(patternsFor(text, "foobar"), "-/b");
    assert.equal(patternsFor(text, "fo"), "-/c");
  });

  test("longer patterns come first, allowing ones before refusing ones of their length", () => {
    assert.equal(
      patternsFor("user-agent: *\ndisallow: /ab\nallow: /a\nallow: /cd\ndisallow: /*$\n", "x"),
      "+/cd -/ab -/*$ +/a",
    );
  });

  test("the largest crawl-delay of the agent's groups is kept, in milliseconds", () => {
    const delayOf = (text: string): number | null => compiledRobots(fileOf(text), "foo").crawlDelayMs;
    assert.equal(
      delayOf(
        "user-agent: foo\ncrawl-delay: 2\nuser-agent: bar\ncrawl-delay: 3\nallow: /\nuser-agent: *\ncrawl-delay: 9",
      ),
      3000,
    );
    assert.equal(delayOf("user-agent: *\ncrawl-delay: 0.25"), 250);
    assert.equal(delayOf("user-agent: *\nCrawl-Delay: .5 s"), 500);
    assert.equal(delayOf("user-agent: *\ncrawl-delay: soon"), null);
    assert.equal(delayOf("user-agent: *\ncrawl-delay: -1"), null);
    assert.equal(delayOf("crawl-delay: 7"), null);
  });
});

suite("statements", () => {
  test("lines about rights and sitemaps are kept as written, with the agents they speak to", () => {
    const text =
      "Content-Signal: search=yes, ai-train=no # all\nuser-agent: a\nuser-agent: b\nContent-Usage: /x train-ai=n\n" +
      "disallow: /\nSitemap: https://x.test/caf\u00e9.xml\nLicense: https://x.test/rsl.xml\n";
    const short = fileOf(text).statements.map(({ name, value, agents, line, lineNumber }) => [
      name,
      value,
      agents === null ? null : [...agents].join(),
      line,
      lineNumber,
    ]);
    assert.deepEqual(short, [
      ["content-signal", "search=yes, ai-train=no", null, "Content-Signal: search=yes, ai-train=no # all", 1],
      ["content-usage", "/x train-ai=n", "a,b", "Content-Usage: /x train-ai=n", 4],
      ["sitemap", "https://x.test/caf\u00e9.xml", null, "Sitemap: https://x.test/caf\u00e9.xml", 6],
      ["license", "https://x.test/rsl.xml", null, "License: https://x.test/rsl.xml", 7],
    ]);
  });

  test("there are at most ten thousand of them, and as many about rights; whether any of these were left out is known", () => {
    const many = "sitemap: /s\n".repeat(12_000);
    assert.equal(fileOf(many).statements.length, 10_000);
    const { statements, unread } = fileOf(`${many}Content-Signal: ai-train=no`);
    assert.deepEqual([statements.at(-1)?.name, unread], ["content-signal", false]);
    assert.equal(fileOf("Content-Usage: train-ai=y\n".repeat(10_000)).unread, false);
    assert.equal(fileOf("Content-Usage: train-ai=y\n".repeat(10_001)).unread, true);
  });

  test("one that is longer than a line is read is known to be read in part", () => {
    assert.equal(fileOf(`Content-Signal: ${"search=yes, ".repeat(2_000)}ai-train=no`).unread, true);
    assert.equal(fileOf(`Sitemap: /${"s".repeat(20_000)}`).unread, false);
  });
});
