import type { SiteSignal } from "../../core/rights.ts";

const fromStrictest: readonly SiteSignal["value"][] = ["n", null, "y"];

/** Rank of a value, the strictest first: refused, unreadable, allowed. */
export function strictnessOf(value: SiteSignal["value"]): number {
  return fromStrictest.indexOf(value);
}
