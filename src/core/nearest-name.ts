/** A name that was probably meant, and how far it is from what was written. */
export interface NearName {
  readonly name: string;
  /** Letters put in, left out, changed or swapped with their neighbour. */
  readonly distance: number;
}

/** Letters that may be wrong: one in four, and no more than two. */
function mostWrong(written: string): number {
  return Math.min(2, Math.ceil(written.length / 4));
}

/** The known name nearest to what was written, without regard to case; the first of several, `null` when none is near. */
export function nearestName(written: string, known: Iterable<string>): string | null {
  let best: NearName | null = null;
  for (const name of known) best = nearerOf(written, name, best);
  return best?.name ?? null;
}

/** `best`, or `name` when it is nearer to what was written. */
export function nearerOf(written: string, name: string, best: NearName | null): NearName | null {
  const bound = best === null ? mostWrong(written) : best.distance - 1;
  const distance = distanceWithin(written.toLowerCase(), name.toLowerCase(), bound);
  return distance === null ? best : { name, distance };
}

/**
 * Optimal string alignment distance, `null` beyond the bound. Source: Damerau 1964; only rows that can stay within the
 * bound are filled, and what both begin or end with is left out.
 */
function distanceWithin(a: string, b: string, bound: number): number | null {
  if (Math.abs(a.length - b.length) > bound) return null;
  let [start, endA, endB] = [0, a.length, b.length];
  while (start < endA && start < endB && a.charCodeAt(start) === b.charCodeAt(start)) start++;
  while (endA > start && endB > start && a.charCodeAt(endA - 1) === b.charCodeAt(endB - 1))
    [endA, endB] = [endA - 1, endB - 1];
  const [from, to] = [a.slice(start, endA), b.slice(start, endB)];
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      next.push(least);
    }
    if (Math.min(...next) > bound) return null;
    [before, row] = [row, next];
  }
  const distance = row[to.length] ?? 0;
  return distance > bound ? null : distance;
}
