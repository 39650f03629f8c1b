import type { SiteSignal } from "../../core/rights.ts";
import { type CompiledRule, spellingsOf } from "../../robots/compile.ts";
import { matchOf } from "../../robots/verdict.ts";
import { quoteOf } from "../quote.ts";
import { policyUrlOf, reservationOf } from "../signals/tdm-reservation.ts";
import type { SiteSignalKind } from "./site-signal-kind.ts";
import { strictnessOf } from "./strictness.ts";
import { mentionIn, tdmrepFileOf, type TdmrepEntry } from "./tdmrep-entries.ts";

/** A tdmrep.json. */
export interface TdmrepSite {
  readonly text: string;
  /** False when part of it was not seen. */
  readonly complete: boolean;
}

/**
 * `tdmrep.json`, a list of locations with reservations: the first location that matches decides. An entry without a location
 * can reserve all pages, but lifts no reservation of another.
 */
export const tdmrep = {
  name: "tdmrep",
  revision: 2,
  source: "W3C TDMRep final report, section on the file on the origin server",
  readerOf({ text, complete }) {
    const { entries, firstUnread } = tdmrepFileOf(text, complete);
    // `lineNumber` is the position in this list.
    const rules = entries.flatMap((entry, position) => rulesOf(entry, position));
    const [placeless] = entries
      .filter(({ location }) => location === null)
      .toSorted((one, other) => strictness(one) - strictness(other));
    const unread = unreadable(text);
    return ({ url, path, budget }) => {
      const { rule, tooComplex } = matchOf(rules, path, budget);
      const entry = rule === null ? undefined : entries[rule.lineNumber];
      const said = entry === undefined ? [] : [signal(entry, tooComplex ? null : url)];
      if (placeless !== undefined) said.push(signal(placeless, url));
      // A reservation that cannot be read, or whose place cannot, is not an absent one.
      if (firstUnread < (entry?.index ?? Infinity)) said.push(unread);
      return said.toSorted((one, other) => strictnessOf(one.value) - strictnessOf(other.value)).slice(0, 1);
    };
  },
} as const satisfies SiteSignalKind<TdmrepSite>;

function strictness({ reservation }: TdmrepEntry): number {
  return strictnessOf(reservationOf(reservation));
}

function rulesOf({ location }: TdmrepEntry, position: number): CompiledRule[] {
  if (location === null) return [];
  const path = location.replace(/^https?:\/\/[^/]*/iu, "");
  const pattern = Buffer.from(path.startsWith("/") ? path : `/${path}`).toString("latin1");
  return spellingsOf({ allow: false, pattern, lineNumber: position });
}

/** @param url of the page; `null` when the entry may be the wrong one */
function signal({ location, reservation, policy, index }: TdmrepEntry, url: string | null): SiteSignal {
  const value = url === null ? null : reservationOf(reservation);
  const file = value === "n" && url !== null ? URL.parse("/.well-known/tdmrep.json", url) : null;
  return {
    kind: "tdmrep",
    preference: "tdm",
    value,
    agent: "*",
    place: `tdmrep.json:${index + 1}`,
    quote: quoteOf(JSON.stringify({ location: location ?? undefined, "tdm-reservation": reservation })),
    policyUrl: file === null ? null : policyUrlOf(policy, file.href),
  };
}

function unreadable(text: string): SiteSignal {
  const quote = quoteOf(text.slice(Math.max(0, mentionIn(text) - 20)));
  return { kind: "tdmrep", preference: "tdm", value: null, agent: "*", place: "tdmrep.json", quote, policyUrl: null };
}
