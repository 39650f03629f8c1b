import { headerLinksOf } from "../../core/link-header.ts";
import type { HeaderLink } from "../../core/link-header.ts";
import type { SeenEvidence, RightsView } from "../../core/rights.ts";
import type { EvidenceKind } from "../evidence-kind.ts";
import { headerValues } from "../header-values.ts";
import { licenceOfUrl } from "../licence-url.ts";
import { cut, quoteOf, valueLength } from "../quote.ts";

/** The HTTP `Link` header with `rel=license`. With RSL's media type it points at a reservation and names no licence. */
export const httpLink = {
  name: "http-link",
  revision: 3,
  source: "RFC 8288; RFC 4946; RSL 1.0",
  collect(view) {
    return headerValues(view, "link")
      .flatMap((value) => headerLinksOf(value))
      .filter(({ parameters }) => parameters.get("rel")?.toLowerCase().split(/\s+/).includes("license") === true)
      .map((link) => evidenceOfLink(view, link));
  },
} as const satisfies EvidenceKind;

function evidenceOfLink(view: RightsView, { target, parameters }: HeaderLink): SeenEvidence {
  const reservation = parameters.get("type")?.toLowerCase().startsWith("application/rsl+xml") === true;
  return {
    kind: "http-link",
    licence: reservation ? null : licenceOfUrl(target, view.url),
    value: cut(target, valueLength),
    place: "http-header:link",
    quote: quoteOf(`<${target}>${[...parameters].map(([name, text]) => `; ${name}="${text}"`).join("")}`),
    subject: isAboutThis(view, parameters.get("anchor")) ? "page" : "part",
  };
}

/** An `anchor` moves the statement to another resource. */
function isAboutThis(view: RightsView, anchor: string | undefined): boolean {
  return anchor === undefined || URL.parse(anchor, view.url)?.href === URL.parse(view.url)?.href;
}
