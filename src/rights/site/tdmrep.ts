import type { SiteSignal } from "../../core/rights.ts";
import { type CompiledRule, spellingsOf } from "../../robots/compile.ts";
import { matchOf } from "../../robots/verdict.ts";
import { quoteOf } from "../quote.ts";
import { policyUrlOf, reservationOf } from "../signals/tdm-reservation.ts";
import type { SiteSignalKind } from "./site-signal-kind.ts";

/** One entry of the file. */
interface Entry {
  readonly location: string;
  readonly reservation: string;
  readonly policy: string | undefined;
}

/** `tdmrep.json`, a list of locations with reservations: the first location that matches decides. */
export const tdmrep = {
  name: "tdmrep",
  revision: 1,
  source: "W3C TDMRep final report, section on the file on the origin server",
  readerOf(text) {
    const entries = entriesIn(text);
    // `lineNumber` is the number of the entry here.
    const rules = entries.flatMap((entry, index) => rulesOf(entry, index));
    const doubtful = mentionsIn(text) > entries.length;
    return ({ url, path, budget }) => {
      const { rule, tooComplex } = matchOf(rules, path, budget);
      const entry = rule === null ? undefined : entries[rule.lineNumber];
      if (rule !== null && entry !== undefined) return [signal(entry, rule.lineNumber, tooComplex ? null : url)];
      // A reservation that cannot be read, or whose place cannot, is not an absent one.
      return doubtful ? [unreadable(text)] : [];
    };
  },
} as const satisfies SiteSignalKind<string>;

function rulesOf({ location }: Entry, index: number): CompiledRule[] {
  const path = location.replace(/^https?:\/\/[^/]*/iu, "");
  const pattern = Buffer.from(path.startsWith("/") ? path : `/${path}`).toString("latin1");
  return spellingsOf({ allow: false, pattern, lineNumber: index });
}

function mentionsIn(text: string): number {
  return text.match(/tdm-reservation/giu)?.length ?? 0;
}

/** The entries that can be read; a single one may stand without a list, and one without a location is about all pages. */
function entriesIn(text: string): Entry[] {
  const value = parsed(text);
  return (Array.isArray(value) ? value : [value]).flatMap((entry: unknown) => entryOf(entry) ?? []);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function entryOf(value: unknown): Entry | null {
  if (typeof value !== "object" || value === null) return null;
  const { location = "/", ...members }: { readonly [name: string]: unknown } = { ...value };
  const { "tdm-reservation": reservation, "tdm-policy": policy } = members;
  if (typeof location !== "string" || reservation === undefined) return null;
  return {
    location,
    reservation: typeof reservation === "number" || typeof reservation === "string" ? String(reservation) : "?",
    policy: typeof policy === "string" ? policy : undefined,
  };
}

/** @param url of the page; `null` when the entry may be the wrong one */
function signal({ location, reservation, policy }: Entry, index: number, url: string | null): SiteSignal {
  const value = url === null ? null : reservationOf(reservation);
  const file = value === "n" && url !== null ? URL.parse("/.well-known/tdmrep.json", url) : null;
  return {
    kind: "tdmrep",
    preference: "tdm",
    value,
    agent: "*",
    place: `tdmrep.json:${index + 1}`,
    quote: quoteOf(JSON.stringify({ location, "tdm-reservation": reservation })),
    policyUrl: file === null ? null : policyUrlOf(policy, file.href),
  };
}

function unreadable(text: string): SiteSignal {
  const at = text.search(/tdm-reservation/iu);
  const quote = quoteOf(text.slice(Math.max(0, at - 20)));
  return { kind: "tdmrep", preference: "tdm", value: null, agent: "*", place: "tdmrep.json", quote, policyUrl: null };
}
