import { creativeCommonsIdOf } from "./creative-commons-id.ts";
import { creativeCommonsToolOf } from "./creative-commons-url.ts";

/** A licence that running text names, with its place in the text. */
export interface LicencePhrase {
  readonly licence: string;
  readonly start: number;
  readonly end: number;
}

type Element = "BY" | "NC" | "SA" | "ND";

/** Names of the licence elements, from the titles of the deeds in their own languages. Order matters: longer names first. */
const elements: readonly (readonly [Element, RegExp])[] = [
  // Lower-case "by" is a licence element only where no name follows: "(cc) by Jane Doe" is a credit.
  ["BY", /BY(?!\p{L})|by(?=[\s–-]{0,3}(?:nc|sa|nd|\d\.\d|licen|lizenz|$|[^\p{L}\s]))/uy],
  [
    "BY",
    /attribution|namensnennung|nennung|paternit[ée]|reconocimiento|reconeixement|atribuci[óo]n|atribui[çc][ãa]o|attribuzione/iuy,
  ],
  [
    "BY",
    /naamsvermelding|uznanie autorstwa|uveďte (?:původ|autora)|erkännande|navngivelse|nime[äa]minen|nevezd meg!?|署名|姓名標示|表示|저작자표시|С указанием авторства/iuy,
  ],
  [
    "NC",
    /non[- ]?commercial(?: use)?|nc(?![a-z])|nicht[- ]?kommerziell|keine kommerzielle nutzung|pas d['’]utilisation commerciale/iuy,
  ],
  [
    "NC",
    /no ?comercial|n[ãa]o ?comercial|uso n[ãa]o[- ]comercial|non commerciale|niet[- ]?commercieel|u[żz]ycie niekomercyjne|非商业性使用|非商業性|非営利|비영리|некоммерческая/iuy,
  ],
  [
    "SA",
    /share[- ]?alike|sa(?![a-z])|weitergabe unter gleichen bedingungen|partage (?:à l['’]identique|dans les m[êe]mes conditions|des conditions initiales à l['’]identique)/iuy,
  ],
  [
    "SA",
    /compartir ?igual|compartir bajo la misma licencia|compartilha ?igual|partilha nos termos da mesma licen[çc]a|condividi allo stesso modo|gelijk ?delen|na tych samych warunkach|相同方式共享|相同方式分享|継承|동일조건변경허락|с сохранением условий/iuy,
  ],
  [
    "ND",
    /no[- ]?deriv(?:ative|ativework)?s?(?: works)?|nd(?![a-z])|keine bearbeitung(?:en)?|pas de modifications?|sin ?(?:obras? ?)?derivad[ao]s?|sem ?deriva(?:ç[õo]es|dos)/iuy,
  ],
  [
    "ND",
    /non opere derivate|geen ?afgeleide ?werken|bez utwor[óo]w zale[żz]nych|禁止演绎|禁止改作|改変禁止|변경금지/iuy,
  ],
];

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
  /creative[ -]commons|(?:https?:\/\/)?(?:www\.)?creativecommons\.org\/|(?<![a-z0-9])cc(?:[\s-]{0,2}(?:zero|0)|[\s:/-]{1,3}(?=(?:by|nc|sa|nd)(?![a-z]))|(?=by(?![a-z])))/giu;
/** Words and marks that may come between the name and its elements. */
const filler =
  /(?:[\s\-–—‐‑,:;/()"'„“”«»‘’·+_&]|licen[sc]e[sd]?(?![a-z])|lizenz(?:vertrag|en)?(?![a-z])|licencia|licence|licenza|licen[çc]a|version|v(?=\.?\s?\d)|public|cc(?![a-z])|the|and|und|der|einer|unter)/iuy;
const versionNumber = /(?:version\s?|v\.?\s?)?([1-4]\.\d)(?![\d.]*\d)/iuy;
const jurisdictionName = /[\s,()\-–]{0,3}(\p{L}{2,14}(?: (?:zealand|states|kingdom))?)(?!\p{L})/iuy;
const addressAfter = /[\s([<:–-]{0,4}((?:https?:\/\/)?(?:www\.)?creativecommons\.org\/[\w./+-]{1,80})/iuy;
/**
 * A further element that none of the names above covers: "Attribution-SomethingElse", "... ohne Bearbeitung". It may
 * forbid what the known elements allow, so the phrase then names no licence.
 */
const unknownElement =
  /^(?:[-‐‑](?!li[cz])\p{L}|\s?[-–—‐‑]?\s?(?:no|non|not|sin|sem|ohne|keine?|pas|sans|bez|geen|ingen|inga|без|zonder|senza|fără|uten|utan|uden)(?!\p{L})|[\s-]?[禁不])/iu;
const reach = 200;

/** Every Creative Commons licence that the text names, in order; a bare "Creative Commons" names none. */
export function creativeCommonsPhrasesIn(text: string): LicencePhrase[] {
  const found: LicencePhrase[] = [];
  let from = 0;
  for (const match of text.matchAll(anchor)) {
    if (match.index < from) continue;
    const phrase = phraseAt(text, match.index, match.index + match[0].length);
    if (phrase === null) continue;
    found.push(phrase);
    from = phrase.end;
  }
  return found;
}

function phraseAt(text: string, start: number, anchorEnd: number): LicencePhrase | null {
  const head = text.slice(start, anchorEnd);
  if (head.endsWith("/")) return addressAt(text, start);
  if (/0$|zero$/i.test(head)) return { licence: "CC0-1.0", start, end: anchorEnd };
  const limit = Math.min(text.length, anchorEnd + reach);
  const seen = new Set<Element>();
  let at = anchorEnd;
  let end = anchorEnd;
  while (at < limit) {
    const element = elements.find(([, pattern]) => matchEnd(pattern, text, at) > at);
    if (element === undefined) {
      const next = matchEnd(filler, text, at);
      if (next === at) break;
      at = next;
      continue;
    }
    // "CC BY 2.0 / CC BY-SA 3.0": a second "BY" starts another licence.
    if (element[0] === "BY" && seen.size > 0) break;
    seen.add(element[0]);
    at = end = matchEnd(element[1], text, at);
  }
  if (seen.size === 0)
    return /^\s*(?:zero|0)(?:\s|$)/i.test(text.slice(anchorEnd, limit)) ? zeroAt(start, anchorEnd) : null;
  return unknownElement.test(text.slice(end, end + 20)) ? null : withVersion(text, start, end, unitOf(seen));
}

/** A URL written out in the text. */
function addressAt(text: string, start: number): (LicencePhrase & { readonly unit: string }) | null {
  addressAfter.lastIndex = start;
  const tool = creativeCommonsToolOf(addressAfter.exec(text)?.[1] ?? "");
  return tool === null
    ? null
    : { licence: creativeCommonsIdOf(tool), start, end: addressAfter.lastIndex, unit: tool.unit };
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
