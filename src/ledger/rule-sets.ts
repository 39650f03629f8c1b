import type { RuleSetRow } from "../core/records.ts";
import type { Ledger } from "./open.ts";

export const ruleSetSql = {
  all: "SELECT rule_set AS ruleSet, name, revision, unit FROM rule ORDER BY rule_set, position",
} as const;

/** Every rule set, by its key; documents of one set share one array. */
export function ruleSets(ledger: Ledger): Map<number, RuleSetRow[]> {
  const sets = new Map<number, RuleSetRow[]>();
  for (const { ruleSet, ...rule } of ledger.statement<RuleSetRow & { ruleSet: number }>(ruleSetSql.all).all()) {
    sets.set(ruleSet, [...(sets.get(ruleSet) ?? []), rule]);
  }
  return sets;
}
