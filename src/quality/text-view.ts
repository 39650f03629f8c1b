import type { LanguageGuess } from "../core/page.ts";
import type { TextView } from "../core/quality.ts";
import { characterClass, characterClasses, classOfAstral } from "./character-class.ts";

/**
 * Splits a text once, for all rules.
 *
 * `words` holds words and symbols in reading order; white space is left out.
 * - A word begins with a letter or a number and runs over letters, numbers and marks. One of `' ’ . , : · _` (or an
 *   invisible joiner) between two of them does not end it: `don't`, `3.5`, `example.com` and `snake_case` are one word,
 *   `well-known` is two words and a symbol. These are the default boundaries of Unicode Standard Annex 29, simplified.
 * - Han, Hiragana and Katakana have no spaces between words: each character is a word, as in that annex. A run of Thai,
 *   Lao, Khmer or Burmese is one word: splitting it takes a dictionary, and dictionaries differ between machines.
 * - Any other character, with its marks, is one symbol; a run of full stops is one symbol.
 *
 * `lines` are cut at line feeds, `paragraphs` at two or more of them; both are trimmed and none is empty.
 */
export function textViewOf(text: string, language: LanguageGuess): TextView {
  return {
    text,
    words: wordsOf(text),
    lines: piecesOf(text, "\n"),
    paragraphs: piecesOf(text, /\n{2,}/),
    language,
  };
}

function piecesOf(text: string, separator: string | RegExp): string[] {
  const pieces: string[] = [];
  for (const raw of text.split(separator)) {
    const piece = raw.trim();
    if (piece !== "") pieces.push(piece);
  }
  return pieces;
}

function wordsOf(text: string): string[] {
  const classes = characterClasses();
  const words: string[] = [];
  let end = 0;
  for (let start = 0; start < text.length; start = end) {
    const kind = classAt(text, start, classes);
    end = start + widthAt(text, start);
    if (kind === characterClass.space) continue;
    if (kind === characterClass.letter || kind === characterClass.number) end = endOfWord(text, end, classes);
    else if (text.charCodeAt(start) === fullStop) while (text.charCodeAt(end) === fullStop) end++;
    else while (end < text.length && classAt(text, end, classes) === characterClass.mark) end += widthAt(text, end);
    words.push(text.slice(start, end));
  }
  return words;
}

const fullStop = 0x2e;

function endOfWord(text: string, from: number, classes: Uint8Array): number {
  let end = from;
  while (end < text.length) {
    const kind = classAt(text, end, classes);
    if (kind === characterClass.joiner) {
      if (end + 1 >= text.length || !joins(classAt(text, end + 1, classes))) return end;
    } else if (!joins(kind) && kind !== characterClass.mark) return end;
    end += widthAt(text, end);
  }
  return end;
}

const joins = (kind: number): boolean => kind === characterClass.letter || kind === characterClass.number;

const isSurrogate = (unit: number): boolean => (unit & 0xf800) === 0xd800;

function classAt(text: string, index: number, classes: Uint8Array): number {
  const unit = text.charCodeAt(index);
  return isSurrogate(unit) ? classOfAstral(text.codePointAt(index) ?? 0) : (classes[unit] ?? 0);
}

function widthAt(text: string, index: number): number {
  return isSurrogate(text.charCodeAt(index)) && (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
}
