import { creativeCommonsPhrasesIn } from "./creative-commons/phrase.ts";
import type { LicencePhrase } from "./creative-commons/phrase.ts";
import { gnuIdOf } from "./gnu-id.ts";

type Match = readonly (string | undefined)[];
type Rule = readonly [pattern: RegExp, id: string | ((match: Match) => string)];

/** The words before a version number: "License, Version 2", "v2", "(GPL) version 3". */
const version = String.raw`(?:[\s,;()"”'’-]{0,3}(?:versions?|v\.?|Version)?[\s.]{0,2}(\d(?:\.\d)?)(?![\d.]*\d))?`;
const rules: readonly Rule[] = [
  [
    new RegExp(
      String.raw`(?<!\p{L})GNU (Affero General Public|Lesser General Public|Library General Public|General Public|Free Documentation) Licen[cs]e(?: \((?:[AL]?GPL|G?FDL)\))?${version}`,
      "giu",
    ),
    gnuLong,
  ],
  [
    new RegExp(String.raw`(?<![\p{L}/-])(?:GNU )?(AGPL|LGPL|GPL|GFDL)(?:(?!\p{L})|(?=v\.?\d))${version}`, "gu"),
    gnuShort,
  ],
  [
    /(?<!\p{L})(?:Licence (?:Publique Générale|Générale Publique)|Licencia Pública General|Licenza Pubblica Generica|Allgemeine Öffentliche Lizenz) (?:de )?GNU/giu,
    () => gnuIdOf("gpl", null, false),
  ],
  [
    /(?<!\p{L})Apache(?: Software)? Licen[cs]e,?(?: \(?v(?:ersion)?\.?\s?)?(2\.0)?/giu,
    ([, number]) => (number === undefined ? "LicenseRef-Apache-unversioned" : "Apache-2.0"),
  ],
  [/(?<!\p{L})(?:the )?MIT[- ]Licen[cs]e/gu, "MIT"],
  [/(?<!\p{L})(?:Python Software Foundation|PSF) Licen[cs]e,?(?: Agreement)?(?: v(?:ersion)?\.? ?2)?/giu, "PSF-2.0"],
  [/(?<!\p{L})Mozilla Public Licen[cs]e,?(?: v(?:ersion)?\.?) ?(\d\.\d)/giu, ([, number]) => `MPL-${number}`],
  [
    /(?<!\p{L})Open Government Licen[cs]e(?: \(?v(?:ersion)?\.? ?([123])(?:\.0)?)?(?! ?[-–] ?Canada)/giu,
    ([, number]) => (number === undefined ? "LicenseRef-OGL-UK-unversioned" : `OGL-UK-${number}.0`),
  ],
  [/(?<!\p{L})(?:Licence Ouverte|Open Licence)(?: ?\/ ?Open Licence)? (?:v(?:ersion)?\.? ?)?2\.0/giu, "etalab-2.0"],
  [/(?<!\p{L})Datenlizenz Deutschland\s?[-–]\s?Namensnennung\s?[-–]\s?Version 2\.0/giu, "DL-DE-BY-2.0"],
  [/(?<!\p{L})Datenlizenz Deutschland\s?[-–]\s?Zero\s?[-–]\s?Version 2\.0/giu, "DL-DE-ZERO-2.0"],
  [/(?<!\p{L})(?:Open (?:Data Commons )?Database Licen[cs]e|ODbL)(?!\p{L})/gu, "ODbL-1.0"],
  [/(?<!\p{L})Open Publication Licen[cs]e,? v(?:ersion)?\.? ?1\.0/giu, "OPUBL-1.0"],
  [
    /(?<!\p{L})(?:dedicat|grant|releas|plac|put)(?:e[ds]?|ing|ed)?(?!\p{L})[^.!?]{0,80}? (?:to|in|into|as) (?:the )?(?:worldwide )?public domain/giu,
    "LicenseRef-PublicDomain",
  ],
];

const gnuNames: Readonly<Record<string, string>> = {
  "affero general public": "agpl",
  "lesser general public": "lgpl",
  "library general public": "lgpl",
  "general public": "gpl",
  "free documentation": "fdl",
  gfdl: "fdl",
};

function gnuLong([, name = "", number]: Match): string {
  return gnuIdOf(gnuNames[name.toLowerCase()] ?? "gpl", number ?? null, false);
}
function gnuShort([, name = "", number]: Match): string {
  const lower = name.toLowerCase();
  return gnuIdOf(gnuNames[lower] ?? lower, number ?? null, false);
}

const laterVersions =
  /or (?:\(?at your option\)?,? ?)?(?:any |a )?(?:later|newer)|(?:oder|ou|o|eller|of) [^.]{0,40}(?:später|ultérieure|postérieure|posterior|senare|later)|ou toute version ultérieure|toute version ultérieure|以降|又はそれ以降/iu;

/** "version 2 of the License, or any later version" often follows the name at some distance: it is read up to the sentence's end. */
function withWordsAfter(text: string, phrase: LicencePhrase & { readonly licence: string }): LicencePhrase {
  const gnu = /^(?:LicenseRef-)?(AGPL|LGPL|GPL|GFDL)-(unversioned|\d\.\d)/.exec(phrase.licence);
  if (gnu === null) return phrase;
  const after = text.slice(phrase.end, phrase.end + 200).split(/[.!?。]\s/, 1)[0] ?? "";
  const stated =
    gnu[2] === "unversioned"
      ? (/^[^\d]{0,80}?version (\d(?:\.\d)?)(?!\d)/iu.exec(after)?.[1] ?? null)
      : (gnu[2] ?? null);
  const name = gnuNames[gnu[1]?.toLowerCase() ?? ""] ?? gnu[1]?.toLowerCase() ?? "gpl";
  return { ...phrase, licence: gnuIdOf(name, stated, laterVersions.test(after) || after.startsWith("+")) };
}

/** "dedicated to the public domain via CC0 1.0" names one thing, the tool. */
function isGivenByTool({ licence, end }: LicencePhrase, tools: readonly LicencePhrase[]): boolean {
  return licence === "LicenseRef-PublicDomain" && tools.some((tool) => tool.start >= end && tool.start - end < 80);
}

/** Every licence that running text names, in order of place; what is reserved comes from `reservationsIn`. */
export function licencePhrasesIn(text: string): LicencePhrase[] {
  const others = rules.flatMap(([pattern, id]) =>
    [...text.matchAll(pattern)].map((match) => ({
      licence: typeof id === "string" ? id : id(match),
      start: match.index,
      end: match.index + match[0].length,
    })),
  );
  const creativeCommons = creativeCommonsPhrasesIn(text);
  return [
    ...creativeCommons,
    ...others.filter((phrase) => !isGivenByTool(phrase, creativeCommons)).map((phrase) => withWordsAfter(text, phrase)),
  ].sort((left, right) => left.start - right.start || left.end - right.end);
}
