import type { Evidence } from "../../core/rights.ts";
import { creativeCommonsIdOf } from "../creative-commons-id.ts";
import { creativeCommonsToolOf } from "../creative-commons-url.ts";
import type { EvidenceKind } from "../kinds.ts";
import { linkScope } from "../link-scope.ts";
import { layoutOf } from "../place-scope.ts";
import { cut, valueLength } from "../quote.ts";

/** Also for relative addresses on Creative Commons' own site. */
const mayBeTool = /creative\s?commons|licen|publicdomain/i;

/** Links to a Creative Commons legal tool that are not marked as a licence: where they stand says what they are about. */
export const ccLink: EvidenceKind = {
  name: "cc-link",
  revision: 1,
  source: "creativecommons/cc-legal-tools-app, legal_tools/urls.py",
  collect({ page }) {
    const layout = layoutOf(page);
    return page.links.flatMap((link) => {
      if (
        !mayBeTool.test(link.href) ||
        link.tag === "img" ||
        link.rel.includes("license") ||
        link.rel.includes("copyright")
      )
        return [];
      const tool =
        creativeCommonsToolOf(link.href) ?? creativeCommonsToolOf(URL.parse(link.href, page.baseUrl)?.href ?? "");
      if (tool === null) return [];
      const licence = creativeCommonsIdOf(tool);
      const { subject, quote } = linkScope(layout, link, { licence, marked: false });
      return [
        {
          kind: "cc-link",
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
