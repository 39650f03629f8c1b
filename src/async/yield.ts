import { setImmediate } from "node:timers/promises";

/** Work that holds the main thread for longer keeps locks from being renewed. */
const longestMs = 50;

let lastMs = performance.now();

/** Call it often in long work: now and then it yields to the event loop. */
export function yieldToEventLoop(): Promise<void> | undefined {
  if (performance.now() - lastMs < longestMs) return undefined;
  return setImmediate().then(() => {
    lastMs = performance.now();
  });
}
