import type { Evidence } from "../../core/rights.ts";
import { creativeCommonsIdOf } from "../creative-commons-id.ts";
import { creativeCommonsToolOfButton } from "../creative-commons-url.ts";
import type { EvidenceKind } from "../kinds.ts";
import { linkScope } from "../link-scope.ts";
import { layoutOf } from "../place-scope.ts";
import { cut, valueLength } from "../quote.ts";

/** Licence buttons from Creative Commons' own image hosts; the address of the image names the tool. */
export const ccBadge: EvidenceKind = {
  name: "cc-badge",
  revision: 1,
  source: "licensebuttons.net, i.creativecommons.org, mirrors.creativecommons.org/presskit",
  collect({ page }) {
    const layout = layoutOf(page);
    return page.links.flatMap((link) => {
      const tool = link.tag === "img" ? creativeCommonsToolOfButton(link.href) : null;
      if (tool === null) return [];
      const licence = creativeCommonsIdOf(tool);
      const { subject, quote } = linkScope(layout, link, { licence, marked: false });
      return [
        {
          kind: "cc-badge",
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
