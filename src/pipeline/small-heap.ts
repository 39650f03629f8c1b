import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Young generation of a crawl. A quarter of it took a fifth more time; twice of it gained none. */
const youngBytes = 8_000_000;

/**
 * Runs work that makes much that soon is garbage in a heap that grows reluctantly. Left to itself V8 gave a crawl 130 MB of
 * young generation and collected buffers by 64 MB: 318 MB at the peak, against 190 MB so (`scripts/bench/crawl.ts`). Code is
 * optimised on the thread itself, for each of V8's own threads keeps the memory that its longest compilation took. Threads that
 * are started meanwhile are held to the same.
 */
export async function withSmallHeap<T>(work: () => Promise<T>): Promise<T> {
  sizeYoungGeneration();
  setFlagsFromString("--no-concurrent-recompilation");
  setFlagsFromString("--heap-growing-percent=70");
  try {
    return await work();
  } finally {
    // V8's own.
    setFlagsFromString("--concurrent-recompilation");
    setFlagsFromString("--semi-space-growth-factor=2");
    setFlagsFromString("--heap-growing-percent=0");
  }
}

/**
 * V8 takes a size of the young generation at its start only. Later it can be released, which V8 does as a last resort, and be
 * made to grow, which it does when much survives, by a factor that can still be said.
 */
function sizeYoungGeneration(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (how: Readonly<Record<string, string>>) => void;
  setFlagsFromString("--no-expose-gc");
  collect({ type: "major", execution: "sync", flavor: "last-resort" });
  setFlagsFromString("--semi-space-growth-factor=2");
  const survivors: object[] = [];
  for (let round = 0; round < 20 && youngSize() < youngBytes; round++) {
    for (let count = 0; count < 50_000; count++) survivors.push({});
    collect({ type: "minor", execution: "sync" });
  }
  setFlagsFromString("--semi-space-growth-factor=1");
}

function youngSize(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? Infinity;
}
