import assert from "node:assert/strict";
import { test } from "node:test";

import type { Rule } from "../../src/core/quality.ts";
import { rules } from "../../src/quality/registry.ts";
import { textViewOf } from "../../src/quality/text-view.ts";

type Case = readonly [what: string, text: string, value: number | null, keeps: boolean | null];

/** `count` words, each different from the others, of the given length. */
const words = (count: number, length = 4): string[] =>
  Array.from({ length: count }, (_, index) => `${"abcdefghij"[index % 10]}${String(index)}`.padEnd(length, "z"));
const prose = (count: number): string => words(count).join(" ");
const lines = (...groups: readonly (readonly [count: number, line: string])[]): string =>
  groups.flatMap(([count, line]) => Array.from({ length: count }, () => line)).join("\n");
const numbered = (count: number, of: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => of(index)).join("\n");

/** Value at the bound, inside it and outside it; ratios are written as the division that makes them. */
const tables: Readonly<Record<string, readonly Case[]>> = {
  "gopher/word-count": [
    ["50 words", prose(50), 50, true],
    ["49 words, symbols not counted", `${prose(49)} ! ? # $`, 49, false],
    ["100,000 words", "word ".repeat(100_000), 100_000, true],
    ["100,001 words", "word ".repeat(100_001), 100_001, false],
    ["symbols alone", "?! …", 0, false],
  ],
  "gopher/mean-word-length": [
    ["a mean of exactly 3", "one two six", 3, true],
    ["a mean under 3", "one two no", 8 / 3, false],
    ["a mean of exactly 10", "dictionary.", 10, true],
    ["a mean over 10", "dictionaries", 12, false],
    ["letters beyond the basic plane, one each", "\u{1d4b3}\u{1d4b3}\u{1d4b3}", 3, true],
    ["symbols alone", "?! …", null, null],
  ],
  "gopher/hash-word-ratio": [
    ["one number sign in ten words and symbols", `# ${prose(9)}`, 1 / 10, true],
    ["one in nine", `# ${prose(8)}`, 1 / 9, false],
    ["none", prose(9), 0, true],
  ],
  "gopher/ellipsis-word-ratio": [
    ["one ellipsis in ten words and symbols", `${prose(9)}…`, 1 / 10, true],
    ["three full stops are an ellipsis", `${prose(8)}...`, 1 / 9, false],
    ["two full stops are none", `${prose(8)}..`, 0, true],
  ],
  "gopher/bullet-line-ratio": [
    ["nine lines of ten begin with a bullet", lines([5, "• a"], [4, "  - a"], [1, "a"]), 0.9, true],
    ["ten of eleven do", lines([10, "- a"], [1, "a"]), 10 / 11, false],
    ["empty lines count as lines", "- a\n\n- b\n", 2 / 3, true],
  ],
  "gopher/ellipsis-line-ratio": [
    ["three lines of ten end in an ellipsis", lines([2, "a..."], [1, "a… "], [7, "a"]), 0.3, true],
    ["four of ten do", lines([4, "a..."], [6, "a"]), 0.4, false],
    ["an ellipsis inside a line is none", lines([10, "a… b"]), 0, true],
  ],
  "gopher/alphabetic-word-ratio": [
    ["four words of five hold a letter", "a b1 c é 2", 4 / 5, true],
    ["three of four do", "a b c 2", 3 / 4, false],
    ["symbols count as words without one", "a b c !", 3 / 4, false],
  ],
  "gopher/stop-words": [
    ["two different ones", "the man of the house", 2, true],
    ["one of them twice", "the man the", 1, false],
    ["all eight", "the be to of and that have with", 8, true],
    ["upper case is not counted", "The Man Of", 0, false],
  ],
  "gopher/duplicate-line-ratio": [
    ["three lines of ten repeat an earlier one", `${lines([4, "same"])}\n${numbered(6, String)}`, 3 / 10, true],
    ["four of eleven do", `${lines([5, "same"])}\n${numbered(6, String)}`, 4 / 11, false],
    ["empty lines are no lines", "a\n\n\na", 1 / 2, false],
  ],
  "gopher/duplicate-paragraph-ratio": [
    ["three of ten repeat", `${"same\n\n".repeat(4)}${words(6).join("\n\n")}`, 3 / 10, true],
    ["four of eleven do", `${"same\n\n".repeat(5)}${words(6).join("\n\n")}`, 4 / 11, false],
    ["repeated lines in one paragraph are none", "a\na\n\nb", 0, true],
  ],
  "gopher/duplicate-line-character-ratio": [
    ["one code point of five", "a\na\nb", 1 / 5, true],
    ["one of four", "a\na\n", 1 / 4, false],
    ["a character beyond the basic plane is one", "\u{1f44d}\n\u{1f44d}\nb", 1 / 5, true],
  ],
  "gopher/duplicate-paragraph-character-ratio": [
    ["two code points of ten", "ab\n\nab\n\ncd", 2 / 10, true],
    ["three of eleven", "abc\n\nabc\n\nd", 3 / 11, false],
  ],
  "gopher/top-2-gram-character-ratio": [
    ["two of five code points each, in fifty", `a a b ${"z".repeat(3)} a a ${"y".repeat(36)}`, 6 / 50, true],
    ["most of the text", "ab cd ab cd", 10 / 11, false],
    ["the first of runs that occur once", "a bcd e", 5 / 7, false],
    ["overlapping runs count each", "a a a a", 9 / 7, false],
    ["one word has no run of two", "word", null, null],
  ],
  "gopher/top-3-gram-character-ratio": [
    ["a run of nine code points in fifty", `aaa bb c ${"d".repeat(41)}`, 8 / 50, true],
    ["twice five code points of thirteen", "a b c d a b c", 10 / 13, false],
    ["two words have no run of three", "two words", null, null],
  ],
  "gopher/top-4-gram-character-ratio": [
    ["eight code points in fifty", `a b c dd ${"e".repeat(41)}`, 8 / 50, true],
    ["nine code points in fifty", `a b c ddd ${"e".repeat(40)}`, 9 / 50, false],
    ["three words have no run of four", "three more words", null, null],
  ],
  ...Object.fromEntries(
    [5, 6, 7, 8, 9, 10].map((n) => {
      const run = words(n, 5).join(" ");
      const max = (20 - n) / 100;
      const filler = (length: number): string => "w".repeat(length);
      // Repeated: 5n code points; the text is two runs (6n - 1 each), two spaces and filler.
      const atBound = Math.round((5 * n) / max) - 2 * (6 * n - 1) - 2;
      const whole = 2 * (6 * n - 1) + 2 + atBound;
      return [
        `gopher/duplicate-${n}-gram-character-ratio`,
        [
          ["a repeated run just within the bound", `${run} ${filler(atBound + 9)} ${run}`, (5 * n) / (whole + 9), true],
          ["a repeated run beyond the bound", `${run} ${filler(atBound - 9)} ${run}`, (5 * n) / (whole - 9), false],
          ["one word less than a run repeated", `${run} x ${words(n, 5).slice(1).join(" ")}`, 0, true],
          ["a third occurrence counts too", `${run} ${run} ${run}`, (10 * n) / (18 * n - 1), false],
          ["overlapping repeats are counted once", "a ".repeat(2 * n), n / (4 * n), false],
        ] satisfies Case[],
      ];
    }),
  ),
  "c4/sentence-count": [
    ["five sentences in one line", "It is. So it is! Is it? It is (so.) And so it is", 5, true],
    ["four sentences", "It is. So it is! Is it? It is", 4, false],
    ["lines end sentences", lines([5, "so it is"]), 5, true],
    ["a decimal point and an abbreviation's inner point end none", lines([4, "it is 3.5 e.g of it"]), 4, false],
    ["lines of two words are not counted", `${lines([4, "so it is"])}\nso is\n`, 4, false],
    ["lines about JavaScript are not counted", `${lines([4, "so it is"])}\nplease enable JavaScript now`, 4, false],
    ["marks of other scripts end sentences", "a b क। d e። f g؟ h i။ j", 5, true],
  ],
  "c4/terminal-line-ratio": [
    ["half the lines end in a mark", 'a b.\nc d\ne "f"\ng h...', 2 / 4, true],
    ["none does", "a b\nc d", 0, true],
  ],
  "c4/curly-bracket-count": [
    ["none", "closing } only", 0, true],
    ["one", "function () {", 1, false],
  ],
  "c4/lorem-ipsum-count": [
    ["the two words apart", "lorem and ipsum", 0, true],
    ["in any case", "Lorem Ipsum dolor", 1, false],
  ],
  "fineweb/line-punctuation-ratio": [
    ["three lines of twenty-five end in a mark", lines([3, "a."], [22, "b"]), 3 / 25, true],
    ["two of twenty do", lines([2, "a。"], [18, "b"]), 2 / 20, false],
    ["a closing quote is no such mark", 'a."', 0, false],
  ],
  "fineweb/short-line-ratio": [
    ["67 lines of 100 have 30 code points", lines([67, "x".repeat(30)], [33, "x".repeat(31)]), 0.67, true],
    ["68 do", lines([68, "x".repeat(30)], [32, "x".repeat(31)]), 0.68, false],
    ["code points are counted, not code units", "\u{1f44d}".repeat(30), 1, false],
  ],
  "fineweb/duplicate-line-character-ratio": [
    ["one code point of a hundred", `a\na\n${"x".repeat(98)}`, 1 / 100, true],
    ["one of ninety-nine", `a\na\n${"x".repeat(97)}`, 1 / 99, false],
  ],
  "fineweb/list-ratio": [
    ["three line feeds for ten words", `${prose(7)}\na\nb\nc`, 3 / 10, true],
    ["four for ten", `${prose(6)}\na\nb\nc\nd`, 4 / 10, false],
  ],
};

const keeps = ({ min = -Infinity, max = Infinity }: Rule["bounds"], value: number | null): boolean | null =>
  value === null ? null : value >= min && value <= max;

for (const rule of rules) {
  test(`${rule.name} has its table of cases`, () => assert.ok((tables[rule.name]?.length ?? 0) >= 2));
  for (const [what, text, value, kept] of tables[rule.name] ?? []) {
    const verdict = kept === null ? "unknown" : `${kept ? "kept" : "refused"} by the source`;
    test(`${rule.name}: ${what}: ${value}, ${verdict}`, () => {
      const measured = rule.measure(textViewOf(text, { code: "en", score: 1 }));
      assert.equal(measured, value);
      assert.equal(keeps(rule.bounds, measured), kept);
    });
  }
}

test("stop words say nothing of a text in another language", () => {
  const rule = rules.find(({ name }) => name === "gopher/stop-words");
  assert.equal(rule?.measure(textViewOf("the of and", { code: "fr", score: 1 })), null);
  assert.equal(rule?.measure(textViewOf("the of and", { code: "und", score: 0 })), null);
});

test("the length of words says nothing of a script without spaces", () => {
  const rule = rules.find(({ name }) => name === "gopher/mean-word-length");
  assert.equal(rule?.measure(textViewOf("日本語の文章", { code: "ja", score: 1 })), null);
});
