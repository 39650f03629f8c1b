import type { Policy } from "../core/decisions.ts";

/** The names that the registries know. */
export interface KnownNames {
  readonly rules: readonly string[];
  readonly licenceFamilies: readonly string[];
}

/**
 * Problems that the schema cannot detect: unknown names, which would silently disable a bound or an allowance, and
 * bounds that nothing can satisfy. One sentence a problem; empty for a sound policy.
 */
export function policyProblems(policy: Policy, known: KnownNames): string[] {
  const rules = Object.entries(policy.rules).flatMap(([name, { min = -Infinity, max = Infinity }]) => {
    if (!known.rules.includes(name)) return [`rules: there is no rule "${name}"; the rules are in docs/rules.md`];
    return min > max ? [`rules."${name}": min ${min} is above max ${max}, so nothing could be kept`] : [];
  });
  const families = policy.licences.families
    .filter((family) => !known.licenceFamilies.includes(family))
    .map(
      (family) => `licences.families: there is no family "${family}"; there are ${known.licenceFamilies.join(", ")}`,
    );
  return [...rules, ...families];
}
