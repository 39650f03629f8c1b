import type { RightsView, SeenSignal } from "../../core/rights.ts";
import type { SignalKind } from "../evidence-kind.ts";
import { headerValues } from "../header-values.ts";
import { quoteOf } from "../quote.ts";

/**
 * Reservation of text and data mining in HTTP headers and `meta` elements, headers first. Metadata prevail over
 * headers, so a reader that needs one answer takes the last that is not `null`.
 */
export const tdmReservation = {
  name: "tdm-reservation",
  revision: 2,
  source: "W3C TDMRep final report, sections on HTTP headers and HTML metadata",
  read(view) {
    const metaOf = (name: string): string[] =>
      view.page.metas.filter((meta) => meta.name === name).map((meta) => meta.content);
    return [
      ...signalsAt(
        view,
        "http-header:tdm-reservation",
        headerValues(view, "tdm-reservation"),
        headerValues(view, "tdm-policy"),
      ),
      ...signalsAt(view, "meta:tdm-reservation", metaOf("tdm-reservation"), metaOf("tdm-policy")),
    ];
  },
} as const satisfies SignalKind;

function signalsAt(
  view: RightsView,
  place: string,
  reservations: readonly string[],
  policies: readonly string[],
): SeenSignal[] {
  return reservations.map((text) => {
    const value = reservationOf(text);
    return {
      kind: "tdm-reservation",
      preference: "tdm",
      value,
      agent: "*",
      place,
      quote: quoteOf(text),
      // A policy beside "0" or beside a value that cannot be read is to be ignored.
      policyUrl: value === "n" ? policyUrlOf(policies[0], view.url) : null,
    };
  });
}

/** What a reservation says: `1` reserves, `0` does not; all else cannot be read. */
export function reservationOf(text: string): SeenSignal["value"] {
  const digit = text.trim();
  if (digit === "1") return "n";
  return digit === "0" ? "y" : null;
}

/** Address of a policy, resolved; `null` when there is none that a browser could open. */
export function policyUrlOf(text: string | undefined, baseUrl: string): string | null {
  if (text === undefined || text.length > 2048) return null;
  const url = URL.parse(text.trim(), baseUrl);
  return url !== null && (url.protocol === "https:" || url.protocol === "http:") ? url.href : null;
}
