import { evidenceKindNames } from "../core/rights.ts";
import type { EvidenceKindName, Licence, LicenceBasis, otherBases, SeenEvidence } from "../core/rights.ts";
import { allRightsReserved, licenceAttributesOf, licenceRank } from "./licence-table.ts";

/** Machine-readable marks, which state that they name the licence of the page itself. */
const explicitKinds: ReadonlySet<EvidenceKindName> = new Set(["http-link", "meta", "rel-license"]);

/**
 * The one licence that a page's evidence amounts to. Only evidence about page, site or file counts.
 * - One licence named: that licence; the basis is the kind that names it best.
 * - Several that differ in terms or version: the most restrictive, basis `conflict`.
 * - "All rights reserved" beside an unmarked link, badge or a site's footer text: reserved, basis `conflict`. Beside an explicit grant
 *   (`Link` header, metadata, `rel=license`, a sentence about this page): that licence, basis `KIND+reserved`, since
 *   the words often come from the site's theme.
 * - A sentence whose licence was not read to its end, which restricts, beside grants that forbid nothing: `NOASSERTION`, basis
 *   `conflict`.
 * - Nothing: `NOASSERTION`, basis `part-only`, `none-found`, or `incomplete` when the capture was cut off.
 */
export function licenceOf(evidence: readonly SeenEvidence[], complete: boolean): Licence<LicenceBasis> {
  const named = evidence.flatMap((item) =>
    item.licence === null || item.subject === "part" ? [] : [{ ...item, licence: item.licence }],
  );
  const grants = named
    .filter(({ licence }) => licence !== allRightsReserved)
    .sort((left, right) => precedence(left) - precedence(right));
  const reserved = named.find(({ licence }) => licence === allRightsReserved);
  const [best] = grants;
  if (best === undefined) {
    if (reserved !== undefined) return { id: allRightsReserved, basis: reserved.kind };
    return { id: "NOASSERTION", basis: absence(evidence, complete) };
  }
  if (reserved !== undefined && !grants.some(isExplicit)) {
    return { id: allRightsReserved, basis: "conflict" };
  }
  if (evidence.some(isUnread) && !grants.some(forbidsSomething)) return { id: "NOASSERTION", basis: "conflict" };
  const { id, basis } = agreed(best, grants);
  return { id, basis: reserved === undefined || basis === "conflict" ? basis : `${basis}+reserved` };
}

type Grant = SeenEvidence & { readonly licence: string };

/** A machine-readable mark, or a sentence about this page; an unmarked link or badge is neither. */
function isExplicit({ kind, subject }: SeenEvidence): boolean {
  return explicitKinds.has(kind) || (kind === "text-notice" && subject === "page");
}

/** Notices are of a licence each; one without names a restriction that was not read. */
function isUnread({ kind, licence, subject }: SeenEvidence): boolean {
  return kind === "text-notice" && licence === null && subject !== "part";
}

function forbidsSomething({ licence }: Grant): boolean {
  const { commercial, derivatives } = licenceAttributesOf(licence);
  return commercial === false || derivatives === false;
}

function precedence({ kind }: SeenEvidence): number {
  return evidenceKindNames.indexOf(kind);
}

function absence(evidence: readonly SeenEvidence[], complete: boolean): keyof typeof otherBases {
  if (!complete) return "incomplete";
  return evidence.some(({ licence, subject }) => subject === "part" && licence !== null) ? "part-only" : "none-found";
}

/** @param grants the most trusted first; `first` is that one */
function agreed(first: Grant, grants: readonly Grant[]): Licence<EvidenceKindName | "conflict"> {
  // Evidence that states a version says more than evidence that leaves it out.
  const stated = grants.filter(({ licence }) => !licence.endsWith("-unversioned"));
  const best = stated.find(({ licence }) => sameTerms(licence, first.licence)) ?? first;
  if (grants.every(({ licence }) => agrees(licence, best.licence))) return { id: best.licence, basis: best.kind };
  const strictest = grants.reduce((left, right) =>
    licenceRank(right.licence) > licenceRank(left.licence) ? right : left,
  );
  const id = stated.find(({ licence }) => sameTerms(licence, strictest.licence))?.licence ?? strictest.licence;
  return { id, basis: "conflict" };
}

/** Two names of one licence: the same version, or one that leaves the version or the port out. */
function agrees(left: string, right: string): boolean {
  if (left === right) return true;
  if (!sameTerms(left, right)) return false;
  const [leftVersion, rightVersion] = [versionOf(left), versionOf(right)];
  return leftVersion === null || rightVersion === null || leftVersion === rightVersion;
}

/** The same licence apart from version, port and "or later". */
function sameTerms(left: string, right: string): boolean {
  return titleOf(left) === titleOf(right) && licenceAttributesOf(left).family === licenceAttributesOf(right).family;
}

function titleOf(id: string): string {
  return id.replace(/^LicenseRef-/, "").replace(/-(?:unversioned|\d+(?:\.\d+)?)(?:-.*)?$/, "");
}

function versionOf(id: string): string | null {
  return /-(\d+\.\d+)(?:-|$)/.exec(id)?.[1] ?? null;
}
