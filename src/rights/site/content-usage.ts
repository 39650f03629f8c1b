import type { SiteSignal } from "../../core/rights.ts";
import { type CompiledRule, escapedPath, spellingsOf, unreservedDecoded } from "../../robots/compile.ts";
import type { RobotsStatement } from "../../robots/parse.ts";
import { matchOf, robotsVerdict } from "../../robots/verdict.ts";
import { quoteOf } from "../quote.ts";
import { usagesOf, type Usage } from "../signals/content-usage.ts";
import type { AgentRules } from "./agent-rules.ts";
import { agentsOf } from "./agents-of.ts";
import type { PageReader, RobotsSite, SiteSignalKind } from "./site-signal-kind.ts";
import { strictnessOf } from "./strictness.ts";

/** What one line states. */
interface Stated {
  /** Of its path, in one spelling. */
  readonly path: string;
  readonly rules: readonly CompiledRule[];
  readonly usages: readonly Usage[];
  readonly statement: RobotsStatement;
}

/**
 * `Content-Usage: /path train-ai=n` in robots.txt: the longest path that matches decides, lines of the same path are combined,
 * the most restrictive value first. It speaks only of what its agents may fetch.
 */
export const contentUsageOfSite = {
  name: "content-usage",
  revision: 2,
  source: "IETF AIPREF drafts vocab-07 and attach-05; RFC 9651",
  readerOf({ file, rulesOf }) {
    const stated = file.statements.filter(({ name }) => name === "content-usage").map(statedIn);
    const readers = agentsOf(stated.map(({ statement }) => statement)).map((agent) =>
      agentReader(
        agent,
        stated.filter(({ statement }) => statement.agents?.has(agent) ?? agent === "*"),
        rulesOf,
      ),
    );
    return (page) => readers.flatMap((read) => read(page));
  },
} as const satisfies SiteSignalKind<RobotsSite>;

function statedIn(statement: RobotsStatement): Stated {
  const [, pattern = "/", preferences = ""] = /^(\/[^ \t]*)?[ \t]*(.*)$/su.exec(statement.value) ?? [];
  const octets = Buffer.from(pattern).toString("latin1");
  return {
    path: unreservedDecoded(escapedPath(octets)),
    // Matched in either spelling, as a refusal is.
    rules: spellingsOf({ allow: false, pattern: octets, lineNumber: statement.lineNumber }),
    usages: usagesOf(preferences),
    statement,
  };
}

function agentReader(agent: string, stated: readonly Stated[], rulesOf: AgentRules): PageReader {
  const { rules: fetching } = rulesOf(agent);
  const byPath = Map.groupBy(stated, ({ path }) => path);
  const byLine = new Map<number, SiteSignal[]>();
  for (const same of byPath.values()) {
    const signals = combined(same, agent);
    for (const { statement } of same) byLine.set(statement.lineNumber, signals);
  }
  const rules = stated.flatMap((one) => one.rules).toSorted((a, b) => b.patternLength - a.patternLength);
  return ({ path, budget }) => {
    const verdict = robotsVerdict({ rules: fetching, crawlDelayMs: null, named: true }, path, budget);
    if (!verdict.allowed && verdict.reason === "rule") return [];
    const { rule, tooComplex } = matchOf(rules, path, budget);
    const signals = rule === null ? [] : (byLine.get(rule.lineNumber) ?? []);
    // Which line holds is unknown then.
    return tooComplex ? signals.map((signal) => ({ ...signal, value: null })) : signals;
  };
}

/** One signal a preference. */
function combined(stated: readonly Stated[], agent: string): SiteSignal[] {
  const strictest = new Map<string, SiteSignal>();
  for (const { usages, statement } of stated) {
    const { line, lineNumber } = statement;
    const [place, quote] = [`robots.txt:${lineNumber}`, quoteOf(line)];
    for (const { preference, value } of usages) {
      const before = strictest.get(preference);
      if (before !== undefined && strictnessOf(before.value) <= strictnessOf(value)) continue;
      strictest.set(preference, { kind: "content-usage", preference, value, agent, place, quote, policyUrl: null });
    }
  }
  return [...strictest.values()];
}
