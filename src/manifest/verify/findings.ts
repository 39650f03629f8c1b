import type { Disagreement } from "../manifest-sums.ts";

/** Collects disagreements: all are counted, the first `limit` are kept. */
export interface Findings {
  readonly add: (found: Disagreement) => void;
  /** Adds one unless both are the same. */
  readonly expect: (what: string, where: string, expected: string, found: string) => void;
  readonly kept: readonly Disagreement[];
  readonly count: () => number;
}

export function findings(limit: number): Findings {
  const kept: Disagreement[] = [];
  let count = 0;
  const add = (found: Disagreement): void => {
    count++;
    if (kept.length < limit) {
      kept.push({ ...found, expected: shortened(found.expected), found: shortened(found.found) });
    }
  };
  return {
    kept,
    count: () => count,
    add,
    expect(what, where, expected, found) {
      if (expected !== found) add({ what, where, expected, found });
    },
  };
}

/** Both may be words of a hostile page. */
function shortened(value: string): string {
  return value.length > 300 ? `${value.slice(0, 300)}… (${value.length} code units)` : value;
}
