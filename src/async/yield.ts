import { setImmediate } from "node:timers/promises";

/** Work on the main thread for longer lets no lock be renewed. */
const longestMs = 50;

/** Call it often in long work: now and then it lets the rest of the process go on. */
export function breather(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < longestMs) return undefined;
    return setImmediate().then(() => {
      last = performance.now();
    });
  };
}
