import type { Rule, TextView } from "../core/quality.ts";

/**
 * Every rule measured, in the order of `rules`, whatever the earlier ones said: bounds can then be moved later from
 * stored values alone. `null` = unknown.
 */
export function measurementsOf(view: TextView, rules: readonly Rule[]): (number | null)[] {
  const values: (number | null)[] = [];
  for (const rule of rules) values.push(rule.measure(view));
  return values;
}
