import type { SeenEvidence, RightsView } from "../../core/rights.ts";
import type { EvidenceKind } from "../evidence-kind.ts";
import { licencePhrasesIn } from "../licence-phrase.ts";
import { allRightsReserved, isCreativeCommons } from "../licence-table.ts";
import { licenceOfUrl } from "../licence-url.ts";
import { cut, quoteOf, valueLength } from "../quote.ts";
import { reservationsIn } from "../reservation.ts";
import { visibleTextOf } from "../visible-text.ts";

/** Written with `.` for `:`, since pages use both. */
const names = new Set([
  "dc.rights",
  "dc.rights.license",
  "dc.license",
  "dcterms.license",
  "dcterms.rights",
  "dcterms.accessrights",
  "cc.license",
  "license",
  "licence",
  "og.license",
  "rights",
  "copyright",
]);

/**
 * Metadata of licence and rights: an address, the name of a licence, or words of reservation; anything else is kept
 * without being interpreted.
 */
export const meta = {
  name: "meta",
  revision: 3,
  source: "DCMI Metadata Terms; ccREL; Open Graph usage",
  collect(view) {
    return view.page.metas.flatMap(({ name, content }) => {
      if (!names.has(name.replaceAll(":", ".")) || content.trim() === "") return [];
      const value = cut(content.trim(), valueLength);
      const licence = licenceOfContent(view, visibleTextOf(value));
      return [
        {
          kind: "meta",
          licence,
          value,
          place: `meta:${name}`,
          quote: quoteOf(content),
          subject: "page",
        } satisfies SeenEvidence,
      ];
    });
  },
} as const satisfies EvidenceKind;

function licenceOfContent(view: RightsView, content: string): string | null {
  const address = /(?:https?:)?\/\/[^\s"'<>]+/i.exec(content)?.[0] ?? (/^\S+$/.test(content) ? content : null);
  const licence = address === null ? null : licenceOfUrl(address, view.page.baseUrl);
  const phrases = licencePhrasesIn(content);
  // `.../licenses/by"nc`, "https://.../by/4.0/ NonCommercial": the words restrict what the address gives.
  const restricted = phrases.some((phrase) => phrase.licence === null);
  if (licence !== null && !(restricted && isCreativeCommons(licence))) return licence;
  return phrases[0]?.licence ?? (reservationsIn(content).length > 0 ? allRightsReserved : null);
}
