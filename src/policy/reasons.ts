import type { JudgedDocument, LicenceKnowledge, Policy, RuleBound } from "../core/decisions.ts";
import type { RuleSetRow } from "../core/records.ts";

/**
 * Every reason against a document that can be seen without its cluster, in a fixed order: host, truncation, language,
 * licence, signals by name, rules by name. Each is a code: the kind of reason, a colon, and its subject.
 */
export function reasonsAgainst(policy: Policy, document: JudgedDocument, licences: LicenceKnowledge): string[] {
  return [
    ...hostReasons(policy.hosts, document.host),
    ...(document.truncated !== null && policy.truncated === "refuse" ? ["truncated"] : []),
    ...languageReasons(policy.languages, document),
    ...(licenceAllowed(policy.licences, document.licence, licences) ? [] : [`licence:${document.licence}`]),
    ...signalReasons(policy.signals, document.signals),
    ...ruleReasons(policy.rules, document),
  ];
}

/** Is this licence allowed, by its id or by its family? `NOASSERTION` is judged by its own entry alone. */
export function licenceAllowed(
  { families, ids, noAssertion }: Policy["licences"],
  licence: string,
  { familyOf }: LicenceKnowledge,
): boolean {
  if (licence === "NOASSERTION") return noAssertion === "keep";
  return ids.includes(licence) || families.includes(familyOf(licence));
}

function hostReasons({ allow, deny }: Policy["hosts"], host: string): string[] {
  const covers = (name: string): boolean => host === name || host.endsWith(`.${name}`);
  const refused = deny.some(covers) || (allow.length > 0 && !allow.some(covers));
  return refused ? [`host:${host}`] : [];
}

function languageReasons({ allow, minScore, unknown }: Policy["languages"], document: JudgedDocument): string[] {
  const { language, languageScore } = document;
  if (language === "und") return unknown === "refuse" ? ["language:und"] : [];
  if (allow !== "any" && !allow.includes(language)) return [`language:${language}`];
  // A score that is not a number must not count as a high one.
  return languageScore >= minScore ? [] : [`language:${language}<${minScore}`];
}

function signalReasons(
  { refuse, agents, unreadable }: Policy["signals"],
  signals: JudgedDocument["signals"],
): string[] {
  const reasons = signals
    .filter(({ preference, agent }) => refuse.includes(preference) && agents.includes(agent))
    .flatMap(({ kind, preference, value }) => {
      if (value === "n") return [`signal:${kind}:${preference}`];
      return value === null && unreadable === "refuse" ? [`signal:${kind}:${preference}=unreadable`] : [];
    });
  return [...new Set(reasons)].sort();
}

function ruleReasons(rules: Policy["rules"], { ruleSet, measurements }: JudgedDocument): string[] {
  return compiledRules(rules, ruleSet).flatMap(({ name, bound, position }) => {
    // A rule that was not measured at all is as unknown as one whose measurement is `null`.
    const value = measurements[position] ?? null;
    if (value === null) return bound.unknown === "refuse" ? [`rule:${name}=unknown`] : [];
    const { min = -Infinity, max = Infinity } = bound;
    if (value < min) return [`rule:${name}<${min}`];
    return value > max ? [`rule:${name}>${max}`] : [];
  });
}

interface CompiledRule {
  readonly name: string;
  readonly bound: RuleBound;
  readonly position: number;
}

// A cache by identity, so the function stays pure: looking names up for each document cost more than judging it.
const compiled = new WeakMap<Policy["rules"], WeakMap<readonly RuleSetRow[], readonly CompiledRule[]>>();

function compiledRules(rules: Policy["rules"], ruleSet: readonly RuleSetRow[]): readonly CompiledRule[] {
  const bySet = compiled.get(rules) ?? new WeakMap<readonly RuleSetRow[], readonly CompiledRule[]>();
  compiled.set(rules, bySet);
  const known = bySet.get(ruleSet);
  if (known !== undefined) return known;
  const made = Object.entries(rules)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, bound]) => ({ name, bound, position: ruleSet.findIndex((rule) => rule.name === name) }));
  bySet.set(ruleSet, made);
  return made;
}
