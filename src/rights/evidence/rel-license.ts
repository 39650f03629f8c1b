import type { Link } from "../../core/page.ts";
import type { RightsView } from "../../core/rights.ts";
import type { EvidenceKind } from "../evidence-kind.ts";
import { allRightsReserved } from "../licence-table.ts";
import { licenceOfUrl } from "../licence-url.ts";
import { isMarkedCopyright, isMarkedLicence, linkEvidence } from "../link-evidence.ts";
import { reservationsIn } from "../reservation.ts";
import { visibleTextOf } from "../visible-text.ts";

const tags = new Set(["link", "a", "area", "form"]);

/** RSL re-uses the relation for terms of its own; they are no open licence. */
const reservationType = "application/rsl+xml";

/** `rel=license` on `link`, `a`, `area` and `form`; `rel=copyright` only where its target is a known licence. */
export const relLicense = {
  name: "rel-license",
  revision: 3,
  source: "WHATWG HTML, link types; RFC 4946; HTML 4.01 (copyright); hNews; ccREL",
  collect(view) {
    return linkEvidence(view, "rel-license", true, licenceOfMarked);
  },
} as const satisfies EvidenceKind;

function licenceOfMarked(link: Link, { page }: RightsView): string | null | undefined {
  const marked = isMarkedLicence(link);
  if (!tags.has(link.tag) || !(marked || isMarkedCopyright(link))) return undefined;
  return licenceOfLink(link, page.baseUrl) ?? (marked ? null : undefined);
}

function licenceOfLink({ href, type, text }: Link, baseUrl: string): string | null {
  if (type?.startsWith(reservationType) === true) return null;
  const licence = licenceOfUrl(href, baseUrl);
  // hNews marks "All rights reserved" with the relation and points it at a page of principles.
  return licence ?? (reservationsIn(visibleTextOf(text)).length > 0 ? allRightsReserved : null);
}
