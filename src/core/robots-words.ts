import type { Preference } from "./rights.ts";

/** What a directive says of one use: `y` = allowed, `n` = refused, `null` = it cannot be read, or depends on what is not known here. */
export type RobotsReading = readonly [preference: Preference, value: "y" | "n" | null];

/** Directives that refuse a use. */
const refusals = new Map<string, readonly RobotsReading[]>([
  ["noindex", [["index", "n"]]],
  ["nofollow", [["follow", "n"]]],
  ["noarchive", [["archive", "n"]]],
  ["nocache", [["archive", "n"]]],
  ["nosnippet", [["snippet", "n"]]],
  ["noai", [["ai", "n"]]],
  ["noimageai", [["image-ai", "n"]]],
  ["noml", [["ai", "n"]]],
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
  ...[
    "noimageindex notranslate noodp noydir indexifembedded nositelinkssearchbox nopagereadaloud nopreview nocommerce",
  ].flatMap((line) => line.split(" ").map((word) => [word, silent] as const)),
]);

const plain = /^[a-z]+$/;
const unseen = /\p{Default_Ignorable_Code_Point}/gu;

/** The word in the spelling of the tables: lower case, letters of any width, nothing invisible. */
export function robotsWordOf(written: string): string {
  const lower = written.toLowerCase();
  return plain.test(lower) ? lower : lower.normalize("NFKC").replace(unseen, "");
}

/**
 * What one word says, `null` when it is no directive. `no-index` and `no_index` are one; marks may part directives
 * (`noindex/nofollow`). Any other word that holds a refusal (`noai!`, `foo-noai`) is a refusal that cannot be read.
 * @param word in the spelling of `robotsWordOf`
 */
export function robotsReadingsOf(word: string): readonly RobotsReading[] | null {
  const known = words.get(word);
  if (known !== undefined || plain.test(word)) return known ?? unreadable(word);
  const joined = words.get(word.replace(/[-_]/g, ""));
  if (joined !== undefined) return joined;
  const parts = word.split(/[^a-z0-9_]+/).filter((part) => part !== "");
  const read = parts.flatMap((part) => words.get(part) ?? []);
  return parts.length > 1 && parts.every((part) => words.has(part)) ? read : unreadable(word);
}

/** Could further letters make a refusal of it (`no`, `noimage`)? */
export function beginsRefusal(word: string): boolean {
  for (const refusal of refusals.keys()) if (refusal.startsWith(word)) return true;
  return false;
}

function unreadable(word: string): readonly RobotsReading[] | null {
  if (!word.includes("no")) return null;
  const held: RobotsReading[] = [];
  for (const [refusal, readings] of refusals)
    if (word.includes(refusal)) for (const [preference] of readings) held.push([preference, null]);
  return held.length === 0 ? null : held;
}
