import { listOf, object, oneOf, text, type Shaped } from "../core/json-shape.ts";
import type { Meta } from "../core/page.ts";
import type { Signal } from "../core/rights.ts";
import type { Exchanged } from "../fetch/result.ts";
import type { TurnUrl } from "../frontier/turn.ts";
import { viewOfHead } from "../rights/head-rights.ts";
import { signalsOf } from "../rights/registry.ts";
import type { Fields } from "../warc/record.ts";

/** Which reservations count, as the corpus' policy has it. */
export const refusedSignals = object({
  /** Preferences: `ai`, `tdm`, ... */
  refuse: listOf(text),
  /** Lower case; `*` for those addressed to all. */
  agents: listOf(text),
  /** Whether a reservation that cannot be read counts as one. */
  unreadable: oneOf(["keep", "refuse"]),
});
export type RefusedSignals = Shaped<typeof refusedSignals>;

/** Where a visit found reservations; each holds words such as `ai *` and `tdm? gptbot` (stated, but cannot be read). */
interface OptOuts {
  readonly header: readonly string[];
  readonly meta: readonly string[];
  readonly site: readonly string[];
}

/** Of one place; a page that states more hardly means them. */
const mostWords = 40;
const agentForm = /^[!-~]{1,64}$/;

/** What is reserved now, and whether any of it was not at the visit before. */
interface SeenOptOuts {
  /** For the next visit; `null` when nothing is known. */
  readonly noted: string | null;
  readonly isNew: boolean;
}

/** Where a response states reservations beside its head. */
interface StatedBeside {
  readonly isRevisit: boolean;
  /** Of the page, when it is not a revisit. */
  readonly metas: readonly Meta[];
  /** What its site says of it. */
  readonly site: readonly Signal[];
}

/** What a visit finds reserved. A response that is no page leaves what was known. */
export function optOutsSeen(
  { url, validators: earlier }: Pick<TurnUrl, "url" | "validators">,
  { status, headers }: Pick<Exchanged, "status" | "headers">,
  { isRevisit, metas, site }: StatedBeside,
  counting: RefusedSignals,
): SeenOptOuts {
  const known = earlier === null ? "" : earlier.optOuts;
  const before = optOutsOf(known);
  const isPage = status === 304 || (status >= 200 && status <= 299);
  // Of an unchanged page only the head is looked at: without what an earlier release did not note, nothing is known.
  if (!isPage || (before === null && isRevisit)) return { noted: known, isNew: false };
  const stated = statedOptOuts(url, headers, []);
  const now = {
    // A 304 may leave out what the page's own answer had (RFC 9110, 15.4.5).
    header: status === 304 ? [...new Set([...(before?.header ?? []), ...stated])] : stated,
    meta: isRevisit ? (before?.meta ?? []) : statedOptOuts(url, [], metas),
    site: reservedWords(site),
  };
  const isNew = earlier !== null && before !== null && isNewlyOptedOut(before, now, counting);
  return { noted: optOutsText(now), isNew };
}

/** As the frontier notes them: the words of each place after the other's, `ai *,tdm *||crawl *`. */
function optOutsText({ header, meta, site }: OptOuts): string {
  const all = [header, meta, site].map((words) => words.join(",")).join("|");
  return all === "||" ? "" : all;
}

/** `null` for `null`. */
function optOutsOf(noted: string | null): OptOuts | null {
  if (noted === null) return null;
  const [header = [], meta = [], site = []] = noted.split("|").map((words) => (words === "" ? [] : words.split(",")));
  return { header, meta, site };
}

/** What signals reserve, each once, in their order. */
function reservedWords(signals: readonly Signal[]): readonly string[] {
  if (signals.length === 0) return none;
  const words = new Set<string>();
  for (const { preference, value, agent } of signals) {
    if (value === "y" || !agentForm.test(agent) || /[,|]/.test(agent)) continue;
    if (words.size < mostWords) words.add(`${preference}${value === null ? "?" : ""} ${agent}`);
  }
  return words.size === 0 ? none : [...words];
}

/** What the head of a response, or the `meta` elements of its page, reserve; read as the rights stage reads them. */
function statedOptOuts(url: string, headers: Fields, metas: readonly Meta[]): readonly string[] {
  // All that signals read of a page is its `meta` elements.
  return reservedWords(signalsOf(viewOfHead(url, headers, metas)));
}

/** Does one of them count that was not there before? Where it was seen does not matter. */
function isNewlyOptedOut(before: OptOuts, now: OptOuts, counting: RefusedSignals): boolean {
  const known = countedIn(before, counting);
  return [...countedIn(now, counting)].some((word) => !known.has(word));
}

function countedIn({ header, meta, site }: OptOuts, { refuse, agents, unreadable }: RefusedSignals): Set<string> {
  const counted = new Set<string>();
  for (const word of [...header, ...meta, ...site]) {
    const [stated = "", agent = ""] = word.split(" ");
    const isUnreadable = stated.endsWith("?");
    if (isUnreadable && unreadable === "keep") continue;
    const preference = isUnreadable ? stated.slice(0, -1) : stated;
    if (refuse.includes(preference) && agents.includes(agent)) counted.add(`${preference} ${agent}`);
  }
  return counted;
}

const none: readonly string[] = [];
