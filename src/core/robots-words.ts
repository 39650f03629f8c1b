import type { Preference } from "./rights.ts";

/** What a directive says of one use: `y` = allowed, `n` = refused, `null` = it cannot be read, or depends on what is not known here. */
export type RobotsReading = readonly [preference: Preference, value: "y" | "n" | null];

/** Directives that refuse a use. Source of the last: draft-canel-robots-ai-control. */
const refusals = new Map<string, readonly RobotsReading[]>([
  ["noindex", [["index", "n"]]],
  ["nofollow", [["follow", "n"]]],
  ["noarchive", [["archive", "n"]]],
  ["nocache", [["archive", "n"]]],
  ["nosnippet", [["snippet", "n"]]],
  ["noai", [["ai", "n"]]],
  ["noimageai", [["image-ai", "n"]]],
  ["noml", [["ai", "n"]]],
  ["disallowaitraining", [["train-ai", "n"]]],
]);

const both: readonly RobotsReading[] = [
  ["index", "n"],
  ["follow", "n"],
];
const neither: readonly RobotsReading[] = [
  ["index", "y"],
  ["follow", "y"],
];
const silent: readonly RobotsReading[] = [];

/** What each directive means; those of the last lines say nothing about use of the text. */
const words = new Map<string, readonly RobotsReading[]>([
  ...refusals,
  ["all", neither],
  ["none", both],
  ["index", [["index", "y"]]],
  ["follow", [["follow", "y"]]],
  ["archive", [["archive", "y"]]],
  ["allowaitraining", [["train-ai", "y"]]],
  ...[
    "noimageindex notranslate noodp noydir indexifembedded nositelinkssearchbox nopagereadaloud nopreview nocommerce",
  ].flatMap((line) => line.split(" ").map((word) => [word, silent] as const)),
]);

const plain = /^[a-z]+$/;
const unseen = /\p{Default_Ignorable_Code_Point}/gu;
const dashes = /[\p{Pd}−⁃]/gu;
/** Marks inside and around a word that leave it the same directive: `no-ai`, `no.ai`, `"noai"`. */
const idleMarks = /[-_.·•‧∙⋅・"'`´“”„‟‘’‚‛«»‹›]/gu;
const affirmed = /=(?:true|yes|1)$/;

/** The word in the spelling of the tables: lower case, letters of any width, one kind of dash, nothing invisible. */
export function robotsWordOf(written: string): string {
  const lower = written.toLowerCase();
  return plain.test(lower) ? lower : lower.normalize("NFKC").replace(unseen, "").replace(dashes, "-");
}

/**
 * What one word says, `null` when it is no directive. `no-index`, `no.index`, `"noindex"` and `noindex=true` are one; marks
 * may part directives (`noindex/nofollow`). Any other word that holds a refusal (`noai!`, `x-no-ai`) is a refusal that
 * cannot be read.
 * @param word in the spelling of `robotsWordOf`
 */
export function robotsReadingsOf(word: string): readonly RobotsReading[] | null {
  const known = words.get(word);
  if (known !== undefined || plain.test(word)) return known ?? unreadable(word);
  const joined = words.get(lettersOf(word).replace(affirmed, ""));
  if (joined !== undefined) return joined;
  const parts = word.split(/[^a-z0-9_]+/).flatMap((part) => (part === "" ? [] : [lettersOf(part)]));
  const read = parts.flatMap((part) => words.get(part) ?? []);
  return parts.length > 1 && parts.every((part) => words.has(part)) ? read : unreadable(word);
}

/** The word without the marks that do not matter. */
export function lettersOf(word: string): string {
  return plain.test(word) ? word : word.replace(idleMarks, "");
}

/**
 * Could further letters make a refusal of it (`no`, `noimage`)?
 * @param letters of `lettersOf`
 */
export function beginsRefusal(letters: string): boolean {
  if (letters === "") return false;
  for (const refusal of refusals.keys()) if (refusal.startsWith(letters)) return true;
  return false;
}

function unreadable(word: string): readonly RobotsReading[] | null {
  const parts = plain.test(word) ? [] : word.split(/[^a-z0-9]+/);
  const held: RobotsReading[] = [];
  for (const [refusal, readings] of refusals)
    if (word.includes(refusal) || isSpread(parts, refusal))
      for (const [preference] of readings) held.push([preference, null]);
  return held.length === 0 ? null : held;
}

/** Does the refusal stand over several parts, from the beginning of one (`x-no-ai`, unlike `casino-air`)? */
function isSpread(parts: readonly string[], refusal: string): boolean {
  const joined = parts.join("");
  let start = 0;
  for (const part of parts) {
    if (joined.startsWith(refusal, start)) return true;
    start += part.length;
  }
  return false;
}
