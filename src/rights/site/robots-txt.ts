import type { Preference, SiteSignal } from "../../core/rights.ts";
import { compiledRules, type CompiledRule } from "../../robots/compile.ts";
import type { RobotsFile, RobotsRule, RobotsStatement } from "../../robots/parse.ts";
import { robotsVerdict } from "../../robots/verdict.ts";
import { quoteOf } from "../quote.ts";
import { policyUrlOf, reservationOf } from "../signals/tdm-reservation.ts";
import { agentsOf } from "./agents-of.ts";
import type { RobotsSite, SitePage, SiteSignalKind } from "./site-signal-kind.ts";
import { trainingAgents } from "./training-agents.ts";

/** Whom a list of rules speaks to, and of what. */
interface Addressed {
  readonly agent: string;
  readonly preference: Preference;
}

/** Agents by the rules that they share: a list is asked once a page, however many it is for. */
type ByRules = ReadonlyMap<readonly CompiledRule[], readonly Addressed[]>;

/**
 * Groups that refuse a page to agents of training, to the agents that are asked about, or to everybody; lines of its own that
 * reserve training; reservations as TDMRep words them.
 */
export const robotsTxt = {
  name: "robots-txt",
  revision: 2,
  source: "RFC 9309; ai-robots-txt/ai.robots.txt (agents); draft-canel-robots-ai-control (DisallowAITraining)",
  readerOf(site) {
    const lines = linesOf(site.file);
    const lists = [...trainingRules(site.file), ...groupRules(site)];
    const reserved = reservations(site.file);
    const unknown = site.complete ? [] : [unread];
    return (page) => [
      ...unknown,
      ...reserved(page.url),
      ...lists.flatMap(([rules, addressed]) => refusals(rules, addressed, page, lines)),
    ];
  },
} as const satisfies SiteSignalKind<RobotsSite>;

/** Agents of training first, which reserve the most, then everybody. */
function groupRules({ file, rulesOf, agents }: RobotsSite): ByRules {
  const named = new Set(file.groups.flatMap((group) => [...group.agents]));
  const others = [...agents].filter((agent) => agent !== "*" && !trainingAgents.has(agent));
  const byRules = new Map<readonly CompiledRule[], Addressed[]>();
  for (const agent of [...trainingAgents, "*", ...others]) {
    if (!named.has(agent)) continue;
    const { rules } = rulesOf(agent);
    const addressed = byRules.get(rules) ?? [];
    addressed.push({ agent, preference: trainingAgents.has(agent) ? "ai" : "crawl" });
    byRules.set(rules, addressed);
  }
  return byRules;
}

/** `DisallowAITraining: /path` refuses what `Disallow` does, to training alone; `AllowAITraining` takes it back. */
function trainingRules({ statements }: RobotsFile): ByRules {
  const ours = statements.filter(({ name }) => name === "disallowaitraining" || name === "allowaitraining");
  return new Map(
    agentsOf(ours).map((agent) => {
      const rules = ours.filter((statement) => statement.agents?.has(agent) ?? agent === "*").map(ruleOf);
      return [compiledRules(rules.filter(({ pattern }) => pattern !== "")), [{ agent, preference: "train-ai" }]];
    }),
  );
}

function ruleOf({ name, value, lineNumber }: RobotsStatement): RobotsRule {
  return { allow: name === "allowaitraining", pattern: Buffer.from(value).toString("latin1"), lineNumber };
}

function refusals(
  rules: readonly CompiledRule[],
  addressed: readonly Addressed[],
  { path, budget }: SitePage,
  lines: Lines,
): SiteSignal[] {
  const verdict = robotsVerdict({ rules, crawlDelayMs: null, named: true }, path, budget);
  if (verdict.allowed) return [];
  const lineNumber = verdict.lineNumber ?? 0;
  // What cannot be judged at a bearable cost is unknown, not absent.
  const value = verdict.reason === "too-complex" ? null : "n";
  return addressed.map(({ agent, preference }) => {
    const line = `User-agent: ${agent} ${lines.get(lineNumber) ?? ""}`;
    return signal(line, lineNumber, { preference, value, agent, policyUrl: null });
  });
}

/** Lines that can refuse a path, by their numbers, as they would be written. */
type Lines = ReadonlyMap<number, string>;

function linesOf(file: RobotsFile): Lines {
  const lines = new Map<number, string>();
  for (const { rules } of file.groups) {
    for (const { allow, pattern, lineNumber } of rules) {
      if (!allow) lines.set(lineNumber, `Disallow: ${Buffer.from(pattern, "latin1").toString()}`);
    }
  }
  for (const { line, lineNumber } of file.statements) lines.set(lineNumber, line);
  return lines;
}

function reservations({ statements }: RobotsFile): (url: string) => SiteSignal[] {
  const all = statements.filter(({ name }) => name === "tdm-reservation");
  // One of each value is enough, and a file may have thousands.
  const stated = [...new Map(all.toReversed().map((line) => [reservationOf(line.value), line])).values()].reverse();
  const policy = statements.find(({ name }) => name === "tdm-policy")?.value;
  return (url) =>
    stated.map(({ value: text, line, lineNumber }) => {
      const value = reservationOf(text);
      const policyUrl = value === "n" ? policyUrlOf(policy, url) : null;
      return signal(line, lineNumber, { preference: "tdm", value, agent: "*", policyUrl });
    });
}

/** Part of the file was not seen or not kept: what it does not say is unknown. */
const unread: SiteSignal = {
  kind: "robots-txt",
  preference: "ai",
  value: null,
  agent: "*",
  place: "robots.txt",
  quote: "",
  policyUrl: null,
};

function signal(
  line: string,
  lineNumber: number,
  said: Pick<SiteSignal, "preference" | "value" | "agent" | "policyUrl">,
): SiteSignal {
  return { ...said, kind: "robots-txt", place: `robots.txt:${lineNumber}`, quote: quoteOf(line) };
}
