import type { Preference, SiteSignal } from "../../core/rights.ts";
import type { RobotsStatement } from "../../robots/parse.ts";
import { quoteOf } from "../quote.ts";
import { boundedSignals } from "../registry.ts";
import { agentsOf } from "./agents-of.ts";
import type { RobotsSite, SiteSignalKind } from "./site-signal-kind.ts";

const preferenceOf: ReadonlyMap<string, Preference> = new Map([
  ["ai-train", "train-ai"],
  ["ai-input", "ai-input"],
  ["search", "search"],
]);

/** A key and its value, white space around the sign. */
const pair = /([a-z][\w-]*)[ \t]*(?:[=:][ \t]*([^\s,;]*))?/giu;

/** Parts of keys that no policy has but that speak of training or of use by models (`ai_train`, `training`, `no-ai`, `tdm`). */
const aboutTraining = /train|tdm|mining|genai|llm|noai|noml|learning|intelligence|(?:^|-)(?:ai|ml)(?:-|$)/u;

/**
 * `Content-Signal: search=yes, ai-train=no`, for the agents of its group or, outside of groups, for all. A key that is not
 * read but speaks of training is a reservation that cannot be read, unless it allows it; others (`use=reference`) say nothing of it.
 */
export const contentSignal = {
  name: "content-signal",
  revision: 2,
  source: "Cloudflare, Content Signals Policy (contentsignals.org)",
  readerOf({ file }) {
    const stated = file.statements.filter(({ name }) => name === "content-signal" || name === "content-signals");
    const signals = agentsOf(stated).flatMap((agent) =>
      stated.filter(({ agents }) => agents?.has(agent) ?? agent === "*").flatMap((line) => signalsOf(line, agent)),
    );
    const kept = [...boundedSignals(signals)];
    return () => kept;
  },
} as const satisfies SiteSignalKind<RobotsSite>;

function signalsOf({ value: text, line, lineNumber }: RobotsStatement, agent: string): SiteSignal[] {
  const [place, quote] = [`robots.txt:${lineNumber}`, quoteOf(line)];
  return [...text.matchAll(pair)].flatMap(([, key = "", word = ""]): SiteSignal[] => {
    const known = preferenceOf.get(key.toLowerCase());
    const value = valueOf(word);
    const preference = known ?? (value === "y" ? null : unreadOf(key));
    if (preference === null) return [];
    return [
      {
        kind: "content-signal",
        preference,
        value: known === undefined ? null : value,
        agent,
        place,
        quote,
        policyUrl: null,
      },
    ];
  });
}

/** What a key that is not read may be about. */
function unreadOf(key: string): Preference | null {
  const plain = key.toLowerCase().replaceAll("_", "-");
  return preferenceOf.get(plain) ?? (aboutTraining.test(plain) ? "train-ai" : null);
}

function valueOf(word: string): SiteSignal["value"] {
  const said = word.toLowerCase();
  return said === "yes" ? "y" : said === "no" ? "n" : null;
}
