import type { Evidence } from "../../core/rights.ts";
import type { EvidenceKind } from "../kinds.ts";
import { licenceOfUrl } from "../licence-url.ts";
import { linkScope } from "../link-scope.ts";
import { layoutOf } from "../place-scope.ts";
import { cut, valueLength } from "../quote.ts";

/** A page that links so many licences lists them. */
const listLength = 4;

/** Links to other known licences that are not marked as such. */
export const licenceLink: EvidenceKind = {
  name: "licence-link",
  revision: 1,
  source: "addresses of the licences in the SPDX list, and of public-sector licences",
  collect({ page, url }) {
    const layout = layoutOf(page);
    const evidence = page.links.flatMap((link) => {
      // In the head only what is marked as a licence is one; the rest are other forms of this page.
      if (
        link.region === "head" ||
        link.tag === "img" ||
        link.rel.includes("license") ||
        link.rel.includes("copyright")
      )
        return [];
      const licence = licenceOfUrl(link.href, page.baseUrl);
      if (licence === null || licence === licenceOfUrl(url, url) || /^(?:LicenseRef-)?CC(?:0|-)/.test(licence))
        return [];
      const { subject, quote } = linkScope(layout, link, { licence, marked: false });
      return [
        {
          kind: "licence-link",
          licence,
          value: cut(link.href, valueLength),
          place: link.region,
          quote,
          subject,
        } satisfies Evidence,
      ];
    });
    const isList = new Set(evidence.map(({ licence }) => licence)).size >= listLength;
    return isList ? evidence.map((item) => ({ ...item, subject: "part" as const })) : evidence;
  },
};
