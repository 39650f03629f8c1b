import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Young generation of a crawl. A quarter of it took a fifth more time; twice of it gained none. */
const youngBytes = 8_000_000;

/**
 * Runs work that makes much that soon is garbage in a heap that grows reluctantly. Left to itself V8 gave a crawl 130 MB of
 * young generation and collected buffers by 64 MB: 318 MB at the peak, against 190 MB so (`scripts/bench/crawl.ts`). What the
 * start of the program made the heap grow by is given back first. Code is optimised on the thread itself, for each of V8's
 * own threads keeps the memory that its longest compilation took. Threads that are started meanwhile are held to the same.
 */
export async function withSmallHeap<T>(work: () => Promise<T>): Promise<T> {
  shrinkHeap();
  setFlagsFromString("--no-concurrent-recompilation");
  setFlagsFromString("--heap-growing-percent=70");
  const bound = boundYoungGeneration();
  try {
    return await work();
  } finally {
    bound.disconnect();
    // V8's own.
    setFlagsFromString("--concurrent-recompilation");
    setFlagsFromString("--semi-space-growth-factor=2");
    setFlagsFromString("--heap-growing-percent=0");
  }
}

/** Only what V8 calls the last resort gives the young generation's pages back. */
function shrinkHeap(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (how: Readonly<Record<string, string>>) => void;
  setFlagsFromString("--no-expose-gc");
  collect({ type: "major", execution: "sync", flavor: "last-resort" });
}

/** V8 takes a size of the young generation at its start only; how it grows can still be said, and is seen at each collection. */
function boundYoungGeneration(): PerformanceObserver {
  const observer = new PerformanceObserver(() => {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
    if (young === undefined || young.space_size < youngBytes) return;
    setFlagsFromString("--semi-space-growth-factor=1");
    observer.disconnect();
  });
  observer.observe({ entryTypes: ["gc"] });
  return observer;
}
