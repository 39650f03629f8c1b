import type { Link } from "../core/page.ts";
import type { EvidenceKindName, RightsView, SeenEvidence } from "../core/rights.ts";
import { firstAndLast } from "./first-and-last.ts";
import { linkScope } from "./link-scope.ts";
import { cut, valueLength } from "./quote.ts";
import { layoutOf } from "./region-scope.ts";

/** Relations that mark a licence: of HTML, of the hNews microformat, and of ccREL and Dublin Core as pages write them. */
const licenceRelations = ["license", "item-license", "cc:license", "dct:license", "dcterms:license", "dcterms.license"];

/** Does the page itself say that the link is to its licence? */
export function isMarkedLicence({ rel }: Link): boolean {
  for (const relation of licenceRelations) if (rel.includes(relation)) return true;
  return false;
}

/** ... or to its terms of copyright, which may be a licence? */
export function isMarkedCopyright({ rel }: Link): boolean {
  return rel.includes("copyright");
}

/**
 * The licence of a link of the page; `undefined` when the link is no evidence at all, `null` when it names no licence
 * that is known. One function for all pages: V8 drops the compiled code of a function made for each page.
 */
export type LicenceOfLink = (link: Link, view: RightsView) => string | null | undefined;

/** Evidence from the links of a page, with the subject that their surroundings give them. */
export function linkEvidence(
  view: RightsView,
  kind: EvidenceKindName,
  marked: boolean,
  licenceOf: LicenceOfLink,
): SeenEvidence[] {
  const layout = layoutOf(view.page);
  const found: { readonly link: Link; readonly licence: string | null }[] = [];
  for (const link of view.page.links) {
    const licence = licenceOf(link, view);
    if (licence !== undefined) found.push({ link, licence });
  }
  return firstAndLast(found).map(({ link, licence }) => {
    const { subject, quote } = linkScope(layout, link, { licence, marked });
    return { kind, licence, value: cut(link.href, valueLength), place: link.region, quote, subject };
  });
}
