/** What a character does when a text is cut into words. */
export const characterClass = { symbol: 0, letter: 1, number: 2, mark: 3, joiner: 4, space: 5, ideograph: 6 } as const;

/**
 * Later lines win. Joiners are those of Unicode Standard Annex 29 (MidLetter, MidNum, ExtendNumLet) that web text
 * holds, and the invisible joiners without which Persian and Hindi words would be split.
 */
const members: readonly (readonly [pattern: RegExp, of: number])[] = [
  [/\p{L}+/gu, characterClass.letter],
  [/\p{N}+/gu, characterClass.number],
  [/\p{M}+/gu, characterClass.mark],
  [/\s+/gu, characterClass.space],
  [/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u30fc\uff70]+/gu, characterClass.ideograph],
  [/['\u2019.,:\u00b7_\u200c\u200d]/gu, characterClass.joiner],
];

let table: Uint8Array | undefined;

/** The class of each UTF-16 code unit; surrogates are symbols here, `classOfAstral` knows better. */
export function characterClasses(): Uint8Array {
  table ??= classesByPattern();
  return table;
}

/** The class of a character above U+FFFF. */
export function classOfAstral(codePoint: number): number {
  if (codePoint >= 0x20000 && codePoint < 0x40000) return characterClass.ideograph;
  const character = String.fromCodePoint(codePoint);
  for (const [pattern, of] of members) if (character.search(pattern) === 0) return of;
  return characterClass.symbol;
}

function classesByPattern(): Uint8Array {
  const classes = new Uint8Array(0x10000);
  const units = new Uint16Array(0x10000);
  for (let unit = 0; unit < units.length; unit++) units[unit] = unit;
  let everyUnit = "";
  for (let start = 0; start < units.length; start += 0x1000) {
    everyUnit += String.fromCharCode(...units.subarray(start, start + 0x1000));
  }
  for (const [pattern, of] of members) {
    for (const { index, 0: run } of everyUnit.matchAll(pattern)) classes.fill(of, index, index + run.length);
  }
  return classes;
}
