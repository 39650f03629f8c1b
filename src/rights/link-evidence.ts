import type { Link } from "../core/page.ts";
import type { Evidence, RightsView } from "../core/rights.ts";
import { bothEnds } from "./both-ends.ts";
import { linkScope } from "./link-scope.ts";
import { layoutOf } from "./place-scope.ts";
import { cut, valueLength } from "./quote.ts";

/** Relations that mark a licence: of HTML, of the hNews microformat, and of ccREL and Dublin Core as pages write them. */
const licenceRelations = ["license", "item-license", "cc:license", "dct:license", "dcterms:license", "dcterms.license"];

/** Does the page itself say that the link is to its licence? */
export function isMarkedLicence({ rel }: Link): boolean {
  return licenceRelations.some((relation) => rel.includes(relation));
}

/** ... or to its terms of copyright, which may be a licence? */
export function isMarkedCopyright({ rel }: Link): boolean {
  return rel.includes("copyright");
}

/**
 * Evidence from the links of a page, with the subject that their surroundings give them.
 * @param licenceOf `undefined` when the link is no evidence at all, `null` when it names no licence that is known
 */
export function linkEvidence(
  { page }: RightsView,
  kind: string,
  marked: boolean,
  licenceOf: (link: Link) => string | null | undefined,
): Evidence[] {
  const layout = layoutOf(page);
  const claims = page.links.flatMap((link) => {
    const licence = licenceOf(link);
    return licence === undefined ? [] : [{ link, licence }];
  });
  return bothEnds(claims).map(({ link, licence }) => {
    const { subject, quote } = linkScope(layout, link, { licence, marked });
    return { kind, licence, value: cut(link.href, valueLength), place: link.region, quote, subject };
  });
}
