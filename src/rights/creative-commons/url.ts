/** A Creative Commons legal tool, as far as an address or a phrase names it. */
export interface CreativeCommonsTool {
  /** Upper case, in the order Creative Commons writes it: `BY-NC-SA`, `ZERO`, `MARK`, `CERTIFICATION`, `SAMPLING+`. */
  readonly unit: string;
  /** `null` when none is stated. */
  readonly version: string | null;
  /** Upper case, `null` for unported and international tools. */
  readonly jurisdiction: string | null;
}

const licenceUnits = new Set([
  "by",
  "by-nc",
  "by-nc-nd",
  "by-nc-sa",
  "by-nd",
  "by-sa",
  "by-nd-nc",
  "nc",
  "nc-sa",
  "nc-sampling+",
  "nd",
  "nd-nc",
  "sa",
  "sampling",
  "sampling+",
  "devnations",
]);
const publicDomainUnits = new Set(["zero", "mark", "certification"]);

/**
 * Elements behind the unit, wherever they stand: `by/nc/4.0`, `by/4.0-nc`, `by?nc`, `by/4.0/#by-nd`. No port has one of these
 * names; languages of documents have.
 */
const misplaced = [
  ["nc", new RegExp(`${lettersWith("nc")}|non[^a-z]{0,3}commercial`)],
  ["nd", new RegExp(`${lettersWith("nd")}|no[^a-z]{0,3}deriv`)],
  ["sa", new RegExp(`${lettersWith("sa")}|share[^a-z]{0,3}alike`)],
] as const;

function lettersWith(element: string): string {
  return `(?<![a-z])(?<!(?:deed|legalcode)\\.|lang=)(?:by)?(?:nc|nd|sa)*${element}(?:nc|nd|sa)*(?![a-z])`;
}

const addressLength = 2048;
const archivePrefix = /^(?:https?:)?\/{0,2}(?:web\.)?archive\.org\/web\/[^/?#]{1,40}\//;
const toolHost = /^(?:https?:)?\/{0,2}(?:www\.)?creativecommons\.org(?::\d{1,5})?\/(licenses|publicdomain)\//;
const buttonHost =
  /^(?:https?:)?\/{0,2}(?:(?:www\.)?licensebuttons\.net|i\.creativecommons\.org|(?:www\.)?creativecommons\.org\/images)\/(l|p)\//;
const pressKit =
  /^(?:https?:)?\/{0,2}mirrors\.creativecommons\.org\/presskit\/buttons\/[^/]{1,12}\/[^/]{1,8}\/([a-z-]{1,20})\.(?!.*(?<![a-z])(?:nc|nd|sa)(?![a-z]))/;

/**
 * Reads the address of a Creative Commons deed, legal code or RDF file.
 * @param address absolute, protocol-relative or without scheme; any letter case
 * @returns `null` for anything else, including pages of creativecommons.org that are no legal tool Source:
 *   creativecommons/cc-legal-tools-app, `legal_tools/urls.py`.
 */
export function creativeCommonsToolOf(address: string): CreativeCommonsTool | null {
  const plain = plainAddress(address);
  const match = toolHost.exec(plain);
  return match === null ? null : toolOfPath(plain.slice(match[0].length), match[1] === "publicdomain");
}

/** The tool that a licence button (an image of Creative Commons' own hosts) represents, or `null`. */
export function creativeCommonsToolOfButton(address: string): CreativeCommonsTool | null {
  const plain = plainAddress(address);
  const match = buttonHost.exec(plain);
  if (match !== null) return toolOfPath(plain.slice(match[0].length), match[1] === "p");
  const unit = pressKit.exec(plain)?.[1];
  return unit === undefined ? null : toolOfPath(unit === "cc-zero" ? "zero" : unit, unit === "cc-zero");
}

/** Lower case, without white space and the prefix of a web archive. */
function plainAddress(address: string): string {
  const text = address
    .slice(0, addressLength)
    .replace(/\s|%20|\p{Default_Ignorable_Code_Point}/gu, "")
    .replace(/[\p{Pd}−⁃]/gu, "-")
    .replace(/%2b/gi, "+")
    .toLowerCase();
  return text.replace(archivePrefix, "");
}

function toolOfPath(path: string, publicDomain: boolean): CreativeCommonsTool | null {
  const [unitPart = "", versionPart = "", jurisdictionPart = ""] = path
    .replace(/[?#].*$/, "")
    .split("/", 12)
    .filter((part) => part !== "")
    .map((part) => part.replace(/[).,;:"'>\]]+$/, ""));
  // The retired dedication had an address among the licences; the tool is now called certification.
  if (!publicDomain && unitPart === "publicdomain") return { unit: "CERTIFICATION", version: null, jurisdiction: null };
  if (!(publicDomain ? publicDomainUnits : licenceUnits).has(unitPart)) return null;
  // An element in the wrong place restricts all the same.
  const rest = path.replace(/^\/*[^/?#]*/, "");
  if (misplaced.some(([element, pattern]) => !unitPart.split("-").includes(element) && pattern.test(rest))) return null;
  const unit = unitPart.toUpperCase();
  if (!/^\d\.\d$/.test(versionPart)) return { unit, version: null, jurisdiction: null };
  const jurisdiction = /^(?:[a-z]{2}|igo|scotland)$/.test(jurisdictionPart) ? jurisdictionPart.toUpperCase() : null;
  return { unit, version: versionPart, jurisdiction };
}
