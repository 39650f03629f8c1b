/** Disjoint sets of the numbers below `count`; each set is known by its least member. */
export interface Union {
  readonly leastOf: (member: number) => number;
  readonly join: (a: number, b: number) => void;
}

export function unionOf(count: number): Union {
  const parents = new Int32Array(count);
  for (let member = 0; member < count; member++) parents[member] = member;
  const leastOf = (member: number): number => {
    let at = member;
    for (let up = parents[at] ?? at; up !== at; up = parents[at] ?? at) {
      const above = parents[up] ?? up;
      parents[at] = above; // halves the way for the next one
      at = above;
    }
    return at;
  };
  const join = (a: number, b: number): void => {
    const [leastA, leastB] = [leastOf(a), leastOf(b)];
    parents[Math.max(leastA, leastB)] = Math.min(leastA, leastB);
  };
  return { leastOf, join };
}
