import type { Link } from "../../core/page.ts";
import type { Evidence, RightsView } from "../../core/rights.ts";
import type { EvidenceKind } from "../kinds.ts";
import { allRightsReserved } from "../licence-table.ts";
import { licenceOfUrl } from "../licence-url.ts";
import { linkScope } from "../link-scope.ts";
import { layoutOf } from "../place-scope.ts";
import { cut, valueLength } from "../quote.ts";
import { reservationsIn } from "../reservation.ts";

const tags = new Set(["link", "a", "area", "form"]);

/** RSL re-uses the relation for terms of its own; they are no open licence. */
const reservationType = "application/rsl+xml";

/** `rel=license` on `link`, `a`, `area` and `form`; `rel=copyright` only where its target is a known licence. */
export const relLicense: EvidenceKind = {
  name: "rel-license",
  revision: 1,
  source: "WHATWG HTML, link types; RFC 4946; HTML 4.01 (copyright)",
  collect(view) {
    const layout = layoutOf(view.page);
    return view.page.links.filter(isMarked).flatMap((link) => {
      const licence = licenceOfLink(view, link);
      if (licence === null && !isLicence(link.rel)) return [];
      const { subject, quote } = linkScope(layout, link, { licence, marked: true });
      return [
        {
          kind: "rel-license",
          licence,
          value: cut(link.href, valueLength),
          place: link.region,
          quote,
          subject,
        } satisfies Evidence,
      ];
    });
  },
};

/** `item-license` is the relation of the hNews microformat. */
function isLicence(rel: readonly string[]): boolean {
  return rel.includes("license") || rel.includes("item-license");
}

function isMarked({ tag, rel }: Link): boolean {
  return tags.has(tag) && (rel.includes("copyright") || isLicence(rel));
}

function licenceOfLink(view: RightsView, { href, type, text }: Link): string | null {
  if (type?.startsWith(reservationType) === true) return null;
  const licence = licenceOfUrl(href, view.page.baseUrl);
  // hNews marks "All rights reserved" with the relation and points it at a page of principles.
  return licence ?? (reservationsIn(text).length > 0 ? allRightsReserved : null);
}
