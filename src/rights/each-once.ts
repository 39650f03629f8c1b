import type { Signal } from "../core/rights.ts";

/** The first of those signals that say the same of the same use to the same agent. */
export function eachOnce<One extends Pick<Signal, "preference" | "value" | "agent">>(signals: readonly One[]): One[] {
  const said = new Set<string>();
  return signals.filter(({ preference, value, agent }) => {
    const words = `${preference} ${value} ${agent}`;
    if (said.has(words)) return false;
    said.add(words);
    return true;
  });
}
