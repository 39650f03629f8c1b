import type { Link } from "../../core/page.ts";
import type { RightsView } from "../../core/rights.ts";
import { creativeCommonsIdOf } from "../creative-commons/id.ts";
import { creativeCommonsToolOf } from "../creative-commons/url.ts";
import type { EvidenceKind } from "../evidence-kind.ts";
import { isMarkedCopyright, isMarkedLicence, linkEvidence } from "../link-evidence.ts";

/** Also for relative addresses on Creative Commons' own site. */
const mayBeTool = /creative\s?commons|licen|publicdomain/i;

/**
 * Links to a Creative Commons legal tool that are not marked as a licence: their surroundings show what they are about.
 */
export const ccLink = {
  name: "cc-link",
  revision: 3,
  source: "creativecommons/cc-legal-tools-app, legal_tools/urls.py",
  collect(view) {
    return linkEvidence(view, "cc-link", false, licenceOfTool);
  },
} as const satisfies EvidenceKind;

function licenceOfTool(link: Link, { page }: RightsView): string | null | undefined {
  if (link.tag === "img" || isMarkedLicence(link) || isMarkedCopyright(link)) return undefined;
  const { href } = link;
  if (link.region === "head" || !mayBeTool.test(href)) return undefined;
  const tool = creativeCommonsToolOf(href) ?? creativeCommonsToolOf(URL.parse(href, page.baseUrl)?.href ?? "");
  return tool === null ? undefined : creativeCommonsIdOf(tool);
}
