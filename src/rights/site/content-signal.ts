import type { Preference, SiteSignal } from "../../core/rights.ts";
import type { RobotsStatement } from "../../robots/parse.ts";
import { quoteOf } from "../quote.ts";
import { agentsOf } from "./agents-of.ts";
import type { RobotsSite, SiteSignalKind } from "./site-signal-kind.ts";

const preferenceOf: ReadonlyMap<string, Preference> = new Map([
  ["ai-train", "train-ai"],
  ["ai-input", "ai-input"],
  ["search", "search"],
]);

/** A key and its value, white space around the sign; other keys (`use=reference`) say nothing of these preferences. */
const pair = /([a-z][\w-]*)[ \t]*(?:[=:][ \t]*([^\s,;]*))?/giu;

/** `Content-Signal: search=yes, ai-train=no`, for the agents of its group or, outside of groups, for all. */
export const contentSignal = {
  name: "content-signal",
  revision: 1,
  source: "Cloudflare, Content Signals Policy (contentsignals.org)",
  readerOf({ file }) {
    const stated = file.statements.filter(({ name }) => name === "content-signal" || name === "content-signals");
    const signals = agentsOf(stated).flatMap((agent) =>
      stated.filter(({ agents }) => agents?.has(agent) ?? agent === "*").flatMap((line) => signalsOf(line, agent)),
    );
    return () => signals;
  },
} as const satisfies SiteSignalKind<RobotsSite>;

function signalsOf({ value, line, lineNumber }: RobotsStatement, agent: string): SiteSignal[] {
  return [...value.matchAll(pair)].flatMap(([, key = "", word = ""]) => {
    const preference = preferenceOf.get(key.toLowerCase());
    if (preference === undefined) return [];
    const place = `robots.txt:${lineNumber}`;
    return [
      { kind: "content-signal", preference, value: valueOf(word), agent, place, quote: quoteOf(line), policyUrl: null },
    ];
  });
}

function valueOf(word: string): SiteSignal["value"] {
  const said = word.toLowerCase();
  return said === "yes" ? "y" : said === "no" ? "n" : null;
}
