import {
  betweenElements,
  elementNames,
  plainMarksOf,
  restrictedAfterVersion,
  restrictedBeyond,
  type Element,
} from "./elements.ts";
import { creativeCommonsIdOf } from "./id.ts";
import { creativeCommonsToolOf } from "./url.ts";

/** A licence that running text names, with its place in the text. */
export interface LicencePhrase {
  /** `null` for a Creative Commons licence whose name goes on in a way that was not read and that restricts it. */
  readonly licence: string | null;
  readonly start: number;
  readonly end: number;
}

/** Countries of the ports, as deeds and pages write them. */
const jurisdictions: Readonly<Record<string, string>> = {
  australia: "AU",
  austria: "AT",
  österreich: "AT",
  at: "AT",
  canada: "CA",
  ch: "CH",
  switzerland: "CH",
  schweiz: "CH",
  de: "DE",
  deutschland: "DE",
  germany: "DE",
  deutsch: "DE",
  españa: "ES",
  spain: "ES",
  france: "FR",
  fr: "FR",
  igo: "IGO",
  italia: "IT",
  italy: "IT",
  japan: "JP",
  netherlands: "NL",
  nederland: "NL",
  nl: "NL",
  "new zealand": "NZ",
  polska: "PL",
  poland: "PL",
  uk: "UK",
  "united kingdom": "UK",
  "united states": "US",
  us: "US",
  usa: "US",
};

const anchor =
  /creative[\s\p{Pd}]{1,2}commons|(?:https?:\/\/)?(?:www\.)?creativecommons\.org\/|(?<![a-z0-9])cc(?:[\s-]{0,2}(?:zero|0)|[\s\p{Pd}−⁃:/._•·∙‧・]{1,3}(?=(?:by|nc|sa|nd)+(?![a-z]))|(?=by(?:nc|sa|nd)*(?![a-z])))/giu;
/** Words and marks that may come between the name and its elements. */
const filler =
  /(?:[\s\p{Pd}−⁃,:;/()"'„“”«»‘’·•∙‧・+_&]|\.(?=\d)|licen[sc]e[sd]?(?![a-z])|lizenz(?:vertrag|en)?(?![a-z])|licencia|licence|licenza|licen[çc]a|version|v(?=\.?\s?\d)|public|cc(?![a-z])|the|and|und|der|einer|unter)/iuy;
const versionNumber = /(?:version\s?|v\.?\s?)?([1-4]\.\d)(?![\d.]*\d)/iuy;
const jurisdictionName = /[\s,()\p{Pd}−⁃]{0,3}(\p{L}{2,14}(?: (?:zealand|states|kingdom))?)(?!\p{L})/iuy;
/** An address, and its query or fragment. */
const addressAfter =
  /[\s([<:\p{Pd}]{0,4}((?:https?:\/\/)?(?:www\.)?creativecommons\.org\/[\w./+%\p{Pd}−⁃-]{1,80})([?#][^\s"'<>)\]]{0,200})?/iuy;
/**
 * A further element that none of the names covers: "Attribution-SomethingElse", "... ohne Bearbeitung". It may
 * forbid what the known elements allow, so the phrase then names no licence.
 */
const hyphenatedElement = /^(?![—―⸺⸻])[\p{Pd}−⁃](?!li[cz])\p{L}|^[\s\p{Pd}]?[禁不]/iu;
const negatedElement =
  /^[ -]{0,3}(?:no|non|not|sin|sem|sense|ohne|keine?|pas|sans|bez|geen|ingen|inga|icke|ikke|без|zonder|senza|fără|uten|utan|uden)(?!\p{L})/iu;
const reach = 200;

/** Every Creative Commons licence that the text names, in order; a bare "Creative Commons" names none. */
export function creativeCommonsPhrasesIn(text: string): LicencePhrase[] {
  const found: LicencePhrase[] = [];
  let plain: string | null = null;
  let from = 0;
  for (const match of text.matchAll(anchor)) {
    if (match.index < from) continue;
    plain ??= plainMarksOf(text);
    const phrase = phraseAt({ text, plain }, match.index, match.index + match[0].length);
    if (phrase === null) continue;
    found.push(phrase);
    from = phrase.end;
  }
  return found;
}

/** A text, and the same with plain marks. */
interface Words {
  readonly text: string;
  readonly plain: string;
}

function phraseAt(words: Words, start: number, anchorEnd: number): LicencePhrase | null {
  const { text, plain } = words;
  const head = text.slice(start, anchorEnd);
  if (head.endsWith("/")) return addressAt(text, start);
  if (/0$|zero$/i.test(head)) return { licence: "CC0-1.0", start, end: anchorEnd };
  const { seen, end } = elementsAt(words, anchorEnd);
  if (seen.size === 0)
    return /^\s*(?:zero|0)(?:\s|$)/i.test(text.slice(anchorEnd, anchorEnd + reach)) ? zeroAt(start, anchorEnd) : null;
  if (restrictedBeyond(text, end, seen)) return { licence: null, start, end };
  if (hyphenatedElement.test(text.slice(end, end + 20)) || negatedElement.test(plain.slice(end, end + 20))) return null;
  const phrase = withVersion(text, start, end, unitOf(seen));
  return restrictedAfterVersion(text, phrase.end, seen) ? { ...phrase, licence: null } : phrase;
}

/** The elements that are named from `start` on, and where the last of them ends. */
function elementsAt({ text, plain }: Words, start: number): { readonly seen: Set<Element>; readonly end: number } {
  const limit = Math.min(text.length, start + reach);
  const seen = new Set<Element>();
  let end = start;
  for (let at = start; at < limit;) {
    const element = elementNames.find(([, pattern]) => matchEnd(pattern, plain, at) > at);
    if (element === undefined) {
      const word = matchEnd(filler, text, at);
      const next = word === at && seen.size > 0 ? matchEnd(betweenElements, plain, at) : word;
      if (next === at) break;
      at = next;
      continue;
    }
    // "CC BY 2.0 / CC BY-SA 3.0": a second "BY" starts another licence.
    if (element[0] === "BY" && seen.size > 0) break;
    seen.add(element[0]);
    at = end = matchEnd(element[1], plain, at);
  }
  return { seen, end };
}

/** A URL written out in the text. */
function addressAt(text: string, start: number): (LicencePhrase & { readonly unit: string }) | null {
  addressAfter.lastIndex = start;
  const [, address = "", after = ""] = addressAfter.exec(text) ?? [];
  const tool = creativeCommonsToolOf(address);
  if (tool === null) return null;
  const end = addressAfter.lastIndex - after.length;
  const seen = new Set(tool.unit.split("-"));
  const restricted = creativeCommonsToolOf(address + after) === null || restrictedAfterVersion(text, end, seen);
  const licence = restricted ? null : creativeCommonsIdOf(tool);
  return { licence, start, end, unit: tool.unit };
}

function zeroAt(start: number, end: number): LicencePhrase {
  return { licence: "CC0-1.0", start, end };
}

function withVersion(text: string, start: number, elementsEnd: number, unit: string): LicencePhrase {
  let at = elementsEnd;
  // An element name may be followed by "License" before its version: at most a few fillers are skipped.
  for (let step = 0; step < 24 && versionAt(text, at) === null; step += 1) {
    const next = matchEnd(filler, text, at);
    if (next === at) break;
    at = next;
  }
  const version = versionAt(text, at);
  if (version === null) {
    // "Creative Commons Attribution License (http://creativecommons.org/licenses/by/4.0/)": the address has the version.
    const address = addressAt(text, at);
    if (address?.unit === unit) return { licence: address.licence, start, end: address.end };
    return { licence: creativeCommonsIdOf({ unit, version: null, jurisdiction: null }), start, end: elementsEnd };
  }
  const end = matchEnd(versionNumber, text, at);
  jurisdictionName.lastIndex = end;
  const name = jurisdictionName.exec(text);
  const jurisdiction = jurisdictionOf(name?.[1] ?? "");
  const last = jurisdiction === null ? end : jurisdictionName.lastIndex;
  return { licence: creativeCommonsIdOf({ unit, version, jurisdiction }), start, end: last };
}

/** Two letters count only as capitals: "de", "at" and "us" are words. */
function jurisdictionOf(name: string): string | null {
  if (name.length === 2 && name !== name.toUpperCase()) return null;
  return jurisdictions[name.toLowerCase()] ?? null;
}

function versionAt(text: string, at: number): string | null {
  versionNumber.lastIndex = at;
  return versionNumber.exec(text)?.[1] ?? null;
}

/** All licences since 2.0 require attribution, and an author who leaves "BY" out of "CC NC-SA" means one of them. */
function unitOf(seen: ReadonlySet<Element>): string {
  const order: readonly Element[] = ["NC", "ND", "SA"];
  return ["BY", ...order.filter((element) => seen.has(element) && !(element === "SA" && seen.has("ND")))].join("-");
}

function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
