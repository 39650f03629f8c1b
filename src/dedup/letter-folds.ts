/** Marks a code unit that is half of a character above U+FFFF. */
export const surrogate = 1;

let table: Uint16Array | undefined;

/**
 * For each UTF-16 code unit: 0 when it is no letter or number, `surrogate`, or the unit that it is compared as. Upper and
 * lower case are one, as are the two small sigmas; a letter whose lower case is longer than one unit stays as it is.
 */
export function letterFolds(): Uint16Array {
  table ??= foldsByPattern();
  return table;
}

/** The same for the character above U+FFFF that is at `index` of a text, as a code point; 0 for a lone surrogate. */
export function foldOfAstral(text: string, index: number): number {
  const codePoint = text.codePointAt(index) ?? 0;
  if (codePoint <= 0xffff) return 0;
  const character = String.fromCodePoint(codePoint);
  return /[\p{L}\p{N}]/u.test(character) ? (character.toLowerCase().codePointAt(0) ?? 0) : 0;
}

function foldsByPattern(): Uint16Array {
  const folds = new Uint16Array(0x10000);
  const units = new Uint16Array(0x10000);
  for (let unit = 0; unit < units.length; unit++) units[unit] = unit;
  let everyUnit = "";
  for (let start = 0; start < units.length; start += 0x1000) {
    everyUnit += String.fromCharCode(...units.subarray(start, start + 0x1000));
  }
  for (const { index, 0: run } of everyUnit.matchAll(/[\p{L}\p{N}]+/gu)) {
    folds.set(units.subarray(index, index + run.length), index);
  }
  for (const { index, 0: upper } of everyUnit.matchAll(/(?=[\p{L}\p{N}])\p{Changes_When_Lowercased}/gu)) {
    const lower = upper.toLowerCase();
    if (lower.length === 1) folds[index] = lower.charCodeAt(0);
  }
  folds["\u03c2".charCodeAt(0)] = "\u03c3".charCodeAt(0);
  return folds.fill(surrogate, 0xd800, 0xe000);
}
