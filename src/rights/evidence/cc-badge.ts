import type { Link } from "../../core/page.ts";
import { creativeCommonsIdOf } from "../creative-commons/id.ts";
import { creativeCommonsToolOfButton } from "../creative-commons/url.ts";
import type { EvidenceKind } from "../evidence-kind.ts";
import { linkEvidence } from "../link-evidence.ts";

/** Licence buttons from Creative Commons' own image hosts; the address of the image names the tool. */
export const ccBadge = {
  name: "cc-badge",
  revision: 3,
  source: "licensebuttons.net, i.creativecommons.org, mirrors.creativecommons.org/presskit",
  collect(view) {
    return linkEvidence(view, "cc-badge", false, licenceOfBadge);
  },
} as const satisfies EvidenceKind;

function licenceOfBadge({ tag, href }: Link): string | null | undefined {
  const tool = tag === "img" ? creativeCommonsToolOfButton(href) : null;
  return tool === null ? undefined : creativeCommonsIdOf(tool);
}
