import type { Rule, TextView } from "../core/quality.ts";

/**
 * Measures every rule, in the order of `rules`, whatever the earlier ones gave: bounds can then be changed later from
 * stored values alone. `null` = unknown.
 */
export function measurementsOf(view: TextView, rules: readonly Rule[]): (number | null)[] {
  const values: (number | null)[] = [];
  for (const rule of rules) values.push(rule.measure(view));
  return values;
}
