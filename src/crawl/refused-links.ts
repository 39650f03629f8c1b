import type { RefusedCount } from "../frontier/turn.ts";

/** Links that never become URLs, counted over a turn. */
export interface RefusedLinks {
  readonly note: (reason: string, url: string) => void;
  /** Gives what was counted and starts again from nothing. */
  readonly take: () => ReadonlyMap<string, RefusedCount>;
}

export function refusedLinks(): RefusedLinks {
  let counts = new Map<string, { links: number; readonly example: string }>();
  return {
    note(reason, url) {
      const known = counts.get(reason);
      if (known === undefined) counts.set(reason, { links: 1, example: url });
      else known.links += 1;
    },
    take() {
      const taken = counts;
      counts = new Map();
      return taken;
    },
  };
}

/** Links refused in all of the turns. */
export function refusedIn(
  turns: readonly { readonly refused: ReadonlyMap<string, RefusedCount> }[],
): ReadonlyMap<string, RefusedCount> {
  const sums = new Map<string, RefusedCount>();
  for (const { refused } of turns) {
    for (const [reason, { links, example }] of refused) {
      const before = sums.get(reason);
      sums.set(reason, { links: links + (before?.links ?? 0), example: before?.example ?? example });
    }
  }
  return sums;
}
