import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { textViewOf } from "../../src/quality/text-view.ts";

const english = { code: "en", score: 1 };
const wordsOf = (text: string): readonly string[] => textViewOf(text, english).words;

const cases: readonly (readonly [name: string, text: string, words: readonly string[]])[] = [
  ["an apostrophe inside a word does not end it", "don’t isn't", ["don’t", "isn't"]],
  ["an apostrophe at the end of a word is a symbol", "the dogs' bowl", ["the", "dogs", "'", "bowl"]],
  ["a hyphen is a symbol between two words", "well-known", ["well", "-", "known"]],
  ["numbers, addresses and identifiers stay whole", "3.5 example.com a_b", ["3.5", "example.com", "a_b"]],
  ["a full stop at the end of a sentence is a symbol", "Stop. Go.", ["Stop", ".", "Go", "."]],
  ["a run of full stops is one symbol", "wait.... what", ["wait", "....", "what"]],
  ["other symbols stand alone", "#!»$", ["#", "!", "»", "$"]],
  ["ideographs and kana are a word each", "日本語とカー", ["日", "本", "語", "と", "カ", "ー"]],
  ["an ideograph beyond the basic plane is one word", "\u{20000}\u{20001}", ["\u{20000}", "\u{20001}"]],
  ["a letter beyond the basic plane belongs to its word", "\u{1d4b3}y", ["\u{1d4b3}y"]],
  ["Hangul syllables are words between spaces", "한국어 문장", ["한국어", "문장"]],
  ["vowel signs belong to their word", "हिन्दी", ["हिन्दी"]],
  ["an invisible joiner does not end a Persian word", "می‌روم", ["می‌روم"]],
  ["a variation selector stays with its symbol", "❤️x", ["❤️", "x"]],
  ["Thai without spaces is one word", "ภาษาไทย", ["ภาษาไทย"]],
  ["half a surrogate pair is a symbol", "a\ud800b", ["a", "\ud800", "b"]],
  ["white space of any script separates words", "a\u00a0b\u3000c\td", ["a", "b", "c", "d"]],
  ["the empty text has no words", "", []],
];
for (const [name, text, words] of cases) test(name, () => assert.deepEqual(wordsOf(text), words));

test("nothing but white space is lost or moved by the split into words", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from("ab1 .,'_-#\n\u0301é日한\u{1d4b3}\u{1f44d}\ud800")) }),
      (text) => {
        assert.equal(wordsOf(text).join(""), text.replaceAll(/\s+/gu, ""));
      },
    ),
  );
});

test("lines and paragraphs are trimmed and never empty", () => {
  const view = textViewOf("\n one \n\n\n  \ntwo\nthree\n", english);
  assert.deepEqual(view.lines, ["one", "two", "three"]);
  assert.deepEqual(view.paragraphs, ["one", "two\nthree"]);
});
