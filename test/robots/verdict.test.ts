import assert from "node:assert/strict";
import { suite, test } from "node:test";

import * as fc from "fast-check";

import { compiledRobots } from "../../src/robots/compile.ts";
import { robotsFileOf } from "../../src/robots/parse.ts";
import { robotsVerdict, type RobotsVerdict } from "../../src/robots/verdict.ts";

function verdict(robots: string | Buffer, path: string, agent = "colophon"): RobotsVerdict {
  return robotsVerdict(compiledRobots(robotsFileOf(Buffer.from(robots)), agent), path);
}

const allowed = (robots: string, path: string, agent?: string): boolean => verdict(robots, path, agent).allowed;

/** Rules in a group of our own: `-` refuses, `+` allows. */
function rulesOf(rules: string): string {
  const lines = rules.split(" ").map((rule) => `${rule.startsWith("+") ? "allow" : "disallow"}: ${rule.slice(1)}`);
  return ["user-agent: colophon", ...lines, ""].join("\n");
}

const paths: readonly (readonly [rules: string, allowed: string, refused: string])[] = [
  ["-/", "/robots.txt /robots.txt?x", "/ /a /robots.txt/ /robots.txt.html /a/robots.txt"],
  ["-/ +/fish", "/fish /fish.html /fish/salmon /fishheads /fish?id=1", "/Fish /catfish /?id=fish"],
  ["-/ +/fish/", "/fish/ /fish/?id /fish/salmon", "/fish /fish.html /Fish/"],
  ["-/*.php", "/ /windows.PHP /php", "/filename.php /folder/filename.php?a=b /a.php/ /x?f=a.php"],
  ["-/*.php$", "/filename.php?a /filename.php/ /filename.php5 /", "/filename.php /a/b.php /x?f=.php"],
  ["-/fish*.php", "/Fish.php /fish /fish.ph", "/fish.php /fishheads/catfish.php?x"],
  ["-/a$", "/ab /a/ /a?b", "/a"],
  ["-/$", "/a", "/"],
  ["-/a$b", "/a /ab", "/a$b /a$bc"],
  ["-/*$", "", "/ /a"],
  ["-*", "", "/ /a"],
  ["-**a**b", "/ba /a", "/ab /xaxbx"],
  ["-/a*a$", "/a /ab", "/aa /aba"],
  ["-/a*b*c*d$", "/abcd1 /acbd /abd", "/abcd /a1b2c3d /abcdabcd"],
  ["-a", "/a", ""],
  ["+/page -/*.htm", "/page /page2", "/page.htm"],
  ["-/page +/*.htm", "/page.htm", "/page"],
  ["-/folder +/folder", "/folder/page", ""],
  ["-/a* +/ab", "/ab", "/a /ac"],
  ["-/x*y +/x1y", "/x1y", "/x12y"],
  ["-/CaSe", "/case", "/CaSe"],
  ["-/caf\u00e9", "/caf", "/caf%C3%A9 /caf%c3%a9s"],
  ["-/caf%c3%a9", "/caf", "/caf%C3%A9"],
  ["-/%7Ejoe", "/", "/~joe /%7Ejoe /%7ejoe"],
  ["-/~joe", "/", "/~joe /%7Ejoe"],
  ["-/a%2Fb", "/a/b", "/a%2Fb /a%2fb"],
  ["-/a%2Db%5f%2e", "/a.b", "/a-b_. /a%2Db%5F%2E"],
  ["-/*aaaaaaaaab*b", "/aaaaaaaaab", "/aaaaaaaaabb /xaaaaaaaaabxb"],
  ["-/a-%2A.html", "/a-b.html /a-.html", "/a-*.html /a-%2A.html /a-%2a.html"],
  ["-/b-%24", "/b- /b", "/b-$ /b-%24 /b-$x"],
  ["-/b%24$", "/b /b$x", "/b$ /b%24"],
  ["-/c$d", "/cd /c", "/c$d /c%24d"],
  ["-/*%2A/*%24$", "/a/b$ /a*/b", "/a*/b$ /a%2A/%24"],
  ["-/a-%2a*", "/a-b", "/a-*b"],
  ["-/b-%24$", "/b-$c", "/b-$ /b-%24"],
  ["-/ +/c-%2A$", "/c-* /c-%2A", "/c-x /c-*d"],
  ["-/a%7", "/a~b", "/a%7Eb /a%71"],
];
suite("paths", () => {
  for (const [rules, open, closed] of paths) {
    test(`${rules} allows [${open}] and refuses [${closed}]`, () => {
      const robots = rulesOf(rules);
      for (const path of open.split(" ").filter(Boolean)) assert.equal(allowed(robots, path), true, path);
      for (const path of closed.split(" ").filter(Boolean)) assert.equal(allowed(robots, path), false, path);
    });
  }

  test("an allowed path counts only in the spelling of its rule, so that nothing opens by decoding", () => {
    assert.equal(allowed(rulesOf("-/ +/%62%61%7A"), "/baz"), false);
    assert.equal(allowed(rulesOf("-/ +/%62%61%7A"), "/%62%61%7A"), true);
  });

  test("the verdict names the line that decided", () => {
    const robots = "# a\nuser-agent: *\ndisallow: /a\nallow: /ab\n";
    assert.deepEqual(verdict(robots, "/a"), { allowed: false, reason: "rule", lineNumber: 3 });
    assert.deepEqual(verdict(robots, "/ab"), { allowed: true, reason: "rule", lineNumber: 4 });
    assert.deepEqual(verdict(robots, "/b"), { allowed: true, reason: "no-rule", lineNumber: null });
    assert.equal(verdict(robots, "/robots.txt").reason, "robots-txt");
  });

  test("matching agrees with a regular expression made of the pattern", () => {
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", "/", "*", "$"), minLength: 1, maxLength: 12 });
    const path = fc.string({ unit: fc.constantFrom("a", "b", "/", "$"), maxLength: 16 });
    fc.assert(
      fc.property(pattern, path, (tail, rest) => {
        const source = `/${tail}`;
        const anchored = source.endsWith("$");
        const body = (anchored ? source.slice(0, -1) : source).replaceAll("$", "\\$").replaceAll("*", ".*");
        const expected = !new RegExp(`^${body}${anchored ? "$" : ""}`).test(`/${rest}`);
        assert.equal(allowed(`user-agent: *\ndisallow: ${source}`, `/${rest}`), expected, `${source} on /${rest}`);
      }),
      { numRuns: 2000 },
    );
  });

  test("long pieces are found as well as short ones, where they overlap themselves", () => {
    const piece = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 9, maxLength: 14 });
    const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 60 });
    fc.assert(
      fc.property(piece, text, (wanted, around) => {
        const robots = `user-agent: *\ndisallow: /*${wanted}`;
        assert.equal(allowed(robots, `/${around}`), !around.includes(wanted));
        assert.equal(allowed(robots, `/${around}${wanted}${around}`), false);
      }),
    );
  });
});

suite("files that are made to be slow", () => {
  const path = `/${"a".repeat(2047)}`;
  const filled = (line: (index: number) => string): string => {
    const lines = ["user-agent: *"];
    for (let bytes = 0; bytes < 490_000;) {
      const next = `disallow: ${line(lines.length)}`;
      lines.push(next);
      bytes += next.length + 1;
    }
    return lines.join("\n");
  };
  const hostile: Record<string, (index: number) => string> = {
    "many wildcards in each rule": (index) => `${"*a".repeat(200)}b${index}`,
    "one short piece in each rule": (index) => `*aaaaa${index.toString(36)}`,
    "long pieces that nearly fit": (index) => `*${"a".repeat(1000)}b${index}`,
    "long pieces that fail at their start": (index) => `*b${"a".repeat(1000)}${index}`,
  };
  for (const [title, line] of Object.entries(hostile)) {
    test(`${title} are given up on as a refusal`, () => {
      assert.partialDeepStrictEqual(verdict(filled(line), path), { allowed: false, reason: "too-complex" });
    });
  }

  test("as many plain rules are all looked at", () => {
    const robots = filled((index) => `/${"a".repeat(100)}b${index}`);
    assert.equal(verdict(robots, path).reason, "no-rule");
    assert.equal(verdict(robots, `/${"a".repeat(100)}b4000`).allowed, false);
  });

  test("a hundred times the wildcards that people write are all looked at", () => {
    assert.equal(
      verdict(
        filled((index) => `/section-${index}/*/print*`),
        "/section/a/b/c",
      ).reason,
      "no-rule",
    );
  });
});
