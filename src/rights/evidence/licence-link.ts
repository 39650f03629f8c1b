import type { Link } from "../../core/page.ts";
import type { RightsView } from "../../core/rights.ts";
import type { EvidenceKind } from "../evidence-kind.ts";
import { isCreativeCommons } from "../licence-table.ts";
import { licenceOfUrl } from "../licence-url.ts";
import { isMarkedCopyright, isMarkedLicence, linkEvidence } from "../link-evidence.ts";

/** A page that links to so many licences is a list of licences. */
const listLength = 4;

/** Links to other known licences that are not marked as such. */
export const licenceLink = {
  name: "licence-link",
  revision: 2,
  source: "addresses of the licences in the SPDX list, and of public-sector licences",
  collect(view) {
    const evidence = linkEvidence(view, "licence-link", false, licenceOfOther);
    const isList = new Set(evidence.map(({ licence }) => licence)).size >= listLength;
    return isList ? evidence.map((item) => ({ ...item, subject: "part" as const })) : evidence;
  },
} as const satisfies EvidenceKind;

function licenceOfOther(link: Link, { url, page }: RightsView): string | undefined {
  // In the head only marked links are licences; the others lead to other forms of this page.
  if (link.tag === "img" || link.region === "head" || isMarkedLicence(link) || isMarkedCopyright(link))
    return undefined;
  const licence = licenceOfUrl(link.href, page.baseUrl);
  if (licence === null || isCreativeCommons(licence)) return undefined;
  // A page with the text of a licence links to its other forms.
  return licence === licenceOfUrl(url, url) ? undefined : licence;
}
