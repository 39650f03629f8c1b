import { creativeCommonsIdOf } from "./creative-commons/id.ts";
import { creativeCommonsToolOf } from "./creative-commons/url.ts";
import { gnuIdOf } from "./gnu-id.ts";
import { licenceAttributesOf } from "./licence-table.ts";

type Match = readonly (string | undefined)[];
type Rule = readonly [host: string, path: RegExp, id: string | ((match: Match) => string | null)];

const opensource: Readonly<Record<string, string>> = Object.fromEntries(
  [
    "MIT Apache-2.0 BSD-2-Clause BSD-3-Clause ISC MPL-2.0 Artistic-2.0 0BSD Unlicense EUPL-1.2 PostgreSQL Zlib MIT-0",
    "EPL-2.0 CDDL-1.0 AFL-3.0 OSL-3.0 BSL-1.0",
  ]
    .flatMap((line) => line.split(" "))
    .map((id) => [id.toLowerCase(), id]),
);

function opensourceId([, name = ""]: Match): string | null {
  const gnu = /^(a|l)?gpl-(\d\.\d)/.exec(name);
  if (gnu !== null) return gnuIdOf(`${gnu[1] ?? ""}gpl`, gnu[2] ?? null, false);
  return opensource[name] ?? null;
}

/** Hosts without `www.`; paths in lower case, without the last slash. */
const rules: readonly Rule[] = [
  [
    "gnu.org",
    /^\/(?:licenses|copyleft)\/(?:old-licenses\/)?((?:a|l)?gpl|fdl)(?:-(\d\.\d))?(?:-standalone)?(?:\.[a-z-]{2,5}){0,2}$/,
    gnuOfPath,
  ],
  ["apache.org", /^\/licenses\/license-(1\.1|2\.0)/, ([, version]) => `Apache-${version}`],
  ["opensource.org", /^\/licenses?\/([a-z0-9.-]{2,30}?)(?:\.(?:php|html))?$/, opensourceId],
  ["choosealicense.com", /^\/licenses\/([a-z0-9.-]{2,30})$/, opensourceId],
  ["mozilla.org", /^\/(?:[a-z-]{2,5}\/)?mpl\/(\d\.\d)/, ([, version]) => `MPL-${version}`],
  ["unlicense.org", /^/, "Unlicense"],
  ["nationalarchives.gov.uk", /^\/doc\/open-government-licence(?:\/version\/([123]))?(?:\/|$)/, oglOfPath],
  ["open.canada.ca", /^\/[a-z]{2}\/open-government-licen[cs]e-canada/, "OGL-Canada-2.0"],
  ["etalab.gouv.fr", /etalab-2\.0|open-licence-v2\.0/, "etalab-2.0"],
  ["etalab.gouv.fr", /^\/licence-ouverte/, "LicenseRef-Licence-Ouverte-unversioned"],
  ["opendatacommons.org", /^\/(?:licenses\/)?(odbl|by|pddl)(?:\/|$)/, ([, name = ""]) => openDataCommons[name] ?? null],
  ["govdata.de", /^\/dl-de\/(by|zero)-(\d)-0$/, ([, unit = "", version]) => dataLicenceGermany(unit, version)],
  ["data.norge.no", /^\/nlod\/[a-z]{2}\/(1|2)\.0/, ([, version]) => `NLOD-${version}.0`],
  ["cdla.dev", /^\/(permissive|sharing)-([12])-0$/, cdlaOfPath],
  ["cdla.io", /^\/(permissive|sharing)-([12])-0$/, cdlaOfPath],
  ["artlibre.org", /^\/licence\/lal(?:\/|$)/, "LicenseRef-LAL-unversioned"],
  ["w3.org", /^\/consortium\/legal\/2015\/copyright-software-and-document/, "W3C-20150513"],
  ["w3.org", /^\/copyright\/software-license-2023/, "LicenseRef-W3C-Software-2023"],
  ["w3.org", /^\/(?:consortium\/legal\/2015\/doc-license|copyright\/document-license-2023)/, "LicenseRef-W3C-Document"],
  [
    "wikipedia.org",
    /:text_of_(?:the_)?creative_commons_attribution-sharealike_(\d\.\d)_/,
    ([, version]) => byShareAlike(version ?? null),
  ],
];

const openDataCommons: Readonly<Record<string, string>> = { odbl: "ODbL-1.0", by: "ODC-By-1.0", pddl: "PDDL-1.0" };

function gnuOfPath([, name = "", version]: Match): string {
  return gnuIdOf(name, version ?? null, false);
}
function oglOfPath([, version]: Match): string {
  return version === undefined ? "LicenseRef-OGL-UK-unversioned" : `OGL-UK-${version}.0`;
}
function dataLicenceGermany(unit: string, version: string | undefined): string {
  return `${version === "2" ? "" : "LicenseRef-"}DL-DE-${unit.toUpperCase()}-${version}.0`;
}
function cdlaOfPath([, name, version]: Match): string {
  return `CDLA-${name === "sharing" ? "Sharing" : "Permissive"}-${version}.0`;
}
function byShareAlike(version: string | null): string {
  return creativeCommonsIdOf({ unit: "BY-SA", version, jurisdiction: null });
}

/** Every address in the rules holds one of these: most links of a page need not be parsed. */
const mayBeLicence = /licen|publicdomain|creative|copyleft|opendatacommons|\/mpl|dl-de|nlod|cdla|etalab|\/legal\//i;

/**
 * The licence that an address names: SPDX id or `LicenseRef-...`, `null` when it is not the address of a known licence.
 * @param href as written; relative ones are resolved against `baseUrl`
 */
export function licenceOfUrl(href: string, baseUrl: string): string | null {
  if (!mayBeLicence.test(href)) return null;
  const written = href.slice(0, 2048).trim();
  const url = URL.parse(written, baseUrl) ?? URL.parse(written);
  // A licence address written without scheme resolves to a path of this site, so the text itself is read first.
  const tool = creativeCommonsToolOf(written) ?? (url === null ? null : creativeCommonsToolOf(url.href));
  if (tool !== null) return creativeCommonsIdOf(tool);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return null;
  return otherLicence(url);
}

function otherLicence(url: URL): string | null {
  const archived = /^\/web\/[^/]{1,40}\/(https?:\/\/?.*)$/.exec(url.pathname)?.[1];
  const inner = url.hostname === "web.archive.org" && archived !== undefined ? URL.parse(archived) : url;
  if (inner === null) return null;
  const host = inner.hostname.replace(/^www\./, "");
  const path = inner.pathname.toLowerCase().replace(/\/$/, "");
  if (host === "spdx.org") return spdxOfPath(inner.pathname);
  for (const [ruleHost, pattern, id] of rules) {
    if (host !== ruleHost && !(ruleHost === "wikipedia.org" && host.endsWith(".wikipedia.org"))) continue;
    const match = pattern.exec(path);
    if (match !== null) return typeof id === "string" ? id : id(match);
  }
  return null;
}

/** Only ids whose terms are known here: an invented id under spdx.org is no licence. */
function spdxOfPath(pathname: string): string | null {
  const id = /^\/licenses\/([\w.+-]{2,60}?)(?:\.html)?$/.exec(pathname)?.[1];
  return id === undefined || id.startsWith("LicenseRef-") || licenceAttributesOf(id).family === "unknown" ? null : id;
}
