/** The kinds of licence, from the freest to the most restrictive. */
const ranks = {
  "public-domain": 0,
  attribution: 10,
  "share-alike": 20,
  "non-commercial": 30,
  "non-commercial-share-alike": 31,
  "no-derivatives": 32,
  "non-commercial-no-derivatives": 33,
  unknown: 40,
  reserved: 50,
} as const;

export type LicenceFamily = keyof typeof ranks;

/** Every family, from the freest to the most restrictive. */
export const licenceFamilies = Object.keys(ranks) as readonly LicenceFamily[];

/** What a licence allows and asks; `null` = unknown. */
export interface LicenceAttributes {
  readonly family: LicenceFamily;
  readonly derivatives: boolean | null;
  readonly commercial: boolean | null;
  readonly shareAlike: boolean | null;
  readonly attribution: boolean | null;
}

/** "All rights reserved", literally; SPDX has no id for it. */
export const allRightsReserved = "LicenseRef-ARR";

type Terms = Omit<LicenceAttributes, "family">;
const free: Terms = { derivatives: true, commercial: true, shareAlike: false, attribution: true };
const unknown: Terms = { derivatives: null, commercial: null, shareAlike: null, attribution: null };

const terms: Readonly<Record<LicenceFamily, Terms>> = {
  "public-domain": { ...free, attribution: false },
  attribution: free,
  "share-alike": { ...free, shareAlike: true },
  "non-commercial": { ...free, commercial: false },
  "non-commercial-share-alike": { ...free, commercial: false, shareAlike: true },
  "no-derivatives": { ...free, derivatives: false },
  "non-commercial-no-derivatives": { ...free, derivatives: false, commercial: false },
  unknown,
  reserved: { ...unknown, derivatives: false, commercial: false },
};

const families: readonly (readonly [LicenceFamily, RegExp])[] = [
  [
    "public-domain",
    /^(?:CC0-1\.0|CC-PDM-1\.0|CC-PDDC|DL-DE-ZERO-2\.0|PDDL-1\.0|Unlicense|0BSD|MIT-0|LicenseRef-PublicDomain)$/,
  ],
  ["share-alike", /^(?:LicenseRef-)?(?:[AL]?GPL|GFDL|LAL)-/],
  [
    "share-alike",
    /^(?:ODbL-1\.0|CDLA-Sharing-1\.0|MPL-\d\.\d|EUPL-1\.2|EPL-2\.0|CDDL-1\.0|OSL-3\.0|OPUBL-1\.0|CC-SA-1\.0)$/,
  ],
  ["attribution", /^(?:LicenseRef-)?(?:OGL-UK|DL-DE-BY)-/],
  [
    "attribution",
    /^(?:etalab-2\.0|NLOD-[12]\.0|OGL-Canada-2\.0|ODC-By-1\.0|CDLA-Permissive-[12]\.0|LicenseRef-Licence-Ouverte-unversioned)$/,
  ],
  [
    "attribution",
    /^(?:MIT|Apache-[12]\.[01]|BSD-[23]-Clause|ISC|PSF-2\.0|PostgreSQL|W3C-20150513|LicenseRef-W3C-Software-2023)$/,
  ],
  ["attribution", /^(?:FSFAP|Artistic-2\.0|Zlib|AFL-3\.0|BSL-1\.0)$/],
];

const creativeCommons =
  /^(?:LicenseRef-)?CC-((?:BY|NC|ND|SA)(?:-(?:NC|ND|SA)){0,2})-(?:unversioned|\d\.\d)(?:-(?:[A-Z]{2}|IGO|SCOTLAND))?$/;

/** Ids that policies name most, newest versions first: for telling what a misspelt one was meant to be. */
export const commonLicences: readonly string[] = [
  "CC0-1.0",
  ...["4.0", "3.0", "2.5", "2.0", "1.0"].flatMap((version) =>
    ["BY", "BY-SA", "BY-NC", "BY-ND", "BY-NC-SA", "BY-NC-ND"].map((unit) => `CC-${unit}-${version}`),
  ),
  ..."CC-PDM-1.0 CC-PDDC PDDL-1.0 Unlicense 0BSD MIT-0 MIT Apache-2.0 BSD-2-Clause BSD-3-Clause ISC".split(" "),
  ..."GFDL-1.3-or-later GFDL-1.2-or-later GPL-3.0-or-later GPL-2.0-or-later AGPL-3.0-or-later MPL-2.0".split(" "),
  ..."ODbL-1.0 ODC-By-1.0 CDLA-Permissive-2.0 CDLA-Sharing-1.0 OGL-UK-3.0 OGL-Canada-2.0 etalab-2.0".split(" "),
  ..."NLOD-2.0 DL-DE-BY-2.0 DL-DE-ZERO-2.0 EUPL-1.2 LAL-1.3".split(" "),
  "LicenseRef-PublicDomain",
  allRightsReserved,
];

/** Attributes of an SPDX id or `LicenseRef-...`; all `null` when its terms are not known here. */
export function licenceAttributesOf(id: string): LicenceAttributes {
  const family = familyOf(id);
  return { family, ...terms[family] };
}

/** Smaller is freer: public domain, attribution, share-alike, NC and ND, unknown (`NOASSERTION` too), all rights reserved. */
export function licenceRank(id: string): number {
  return ranks[familyOf(id)];
}

export function isCreativeCommons(id: string): boolean {
  return /^(?:LicenseRef-)?CC(?:0|-)/.test(id);
}

/** True for a licence made for software: on a page of text it more often covers a program that the text is about. */
export function isSoftwareLicence(id: string | null): boolean {
  return (
    id !== null &&
    /^(?:LicenseRef-)?(?:[AL]?GPL|MIT|Apache|BSD|MPL|EPL|EUPL|CDDL|ISC|Zlib|Artistic|BSL|OSL|AFL)(?:-|$)/.test(id)
  );
}

function familyOf(id: string): LicenceFamily {
  if (id === allRightsReserved) return "reserved";
  const unit = creativeCommons.exec(id)?.[1];
  if (unit !== undefined) return creativeCommonsFamily(unit.split("-"));
  return families.find(([, pattern]) => pattern.test(id))?.[0] ?? "unknown";
}

function creativeCommonsFamily(elements: readonly string[]): LicenceFamily {
  const [nonCommercial, noDerivatives] = [elements.includes("NC"), elements.includes("ND")];
  if (nonCommercial && noDerivatives) return "non-commercial-no-derivatives";
  if (noDerivatives) return "no-derivatives";
  const shareAlike = elements.includes("SA");
  if (nonCommercial) return shareAlike ? "non-commercial-share-alike" : "non-commercial";
  return shareAlike ? "share-alike" : "attribution";
}
