import type { TextView } from "../core/quality.ts";
import { characterClass, characterClasses, classOfAstral } from "./character-class.ts";
import { charactersOf } from "./characters.ts";
import { oncePerView } from "./once-per-view.ts";

/** The words of a view as numbers: each distinct word is examined once, and runs of words compare without strings. */
interface NumberedWords {
  /** From 0 in order of first occurrence. */
  readonly numberOf: ReadonlyMap<string, number>;
  /** The number of each word in reading order. */
  readonly ids: Int32Array;
  /** Words that are not symbols, and their code points. */
  readonly realWords: number;
  readonly realCharacters: number;
  /** Words and symbols with a letter in them. */
  readonly lettered: number;
  /** `prefixCharacters[i]` are the code points of the first `i` words. */
  readonly prefixCharacters: Int32Array;
}

export const numberedWords = oncePerView(({ words }: TextView): NumberedWords => {
  const numberOf = new Map<string, number>();
  const lengths = new Int32Array(words.length);
  const traits = new Uint8Array(words.length);
  const ids = new Int32Array(words.length);
  const prefixCharacters = new Int32Array(words.length + 1);
  let [realWords, realCharacters, lettered, sum] = [0, 0, 0, 0];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    let id = numberOf.get(word);
    if (id === undefined) {
      numberOf.set(word, (id = numberOf.size));
      lengths[id] = charactersOf(word);
      traits[id] = traitsOf(word);
    }
    const length = lengths[id] ?? 0;
    const has = traits[id] ?? 0;
    if ((has & real) !== 0) {
      realWords++;
      realCharacters += length;
    }
    if ((has & withLetter) !== 0) lettered++;
    sum += length;
    ids[index] = id;
    prefixCharacters[index + 1] = sum;
  }
  return { numberOf, ids, realWords, realCharacters, lettered, prefixCharacters };
});

const real = 1;
const withLetter = 2;

/** A word begins with a letter, a number or an ideograph; everything else in a view is a symbol. */
function traitsOf(word: string): number {
  const first = word.codePointAt(0) ?? 0;
  const kind = first > 0xffff ? classOfAstral(first) : characterClasses()[first];
  if (kind === characterClass.letter) return real | withLetter;
  const isReal = kind === characterClass.number || kind === characterClass.ideograph;
  return (isReal ? real : 0) | (/\p{L}/u.test(word) ? withLetter : 0);
}
