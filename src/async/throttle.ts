/** Passes values on, though not all of them. */
export interface Throttle<T> {
  readonly say: (value: T) => void;
  /** Drops the value that is still waiting. */
  readonly stop: () => void;
}

/** Passes on the first value immediately, then at most one in each period: the newest. */
export function throttled<T>(periodMs: number, pass: (value: T) => void): Throttle<T> {
  let newest: { readonly value: T } | undefined;
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    timer = undefined;
    if (newest === undefined) return;
    pass(newest.value);
    newest = undefined;
    timer = setTimeout(next, periodMs);
  };
  return {
    say(value) {
      newest = { value };
      if (timer === undefined) next();
    },
    stop() {
      clearTimeout(timer);
      newest = undefined;
    },
  };
}

/**
 * Returns true at most once in each period for each key. Unlike the throttle above, it delays nothing: what comes too
 * often is dropped.
 * @param mostKeys keys that are remembered; one more, and all are forgotten
 */
export function onceEvery(periodMs: number, mostKeys = 1): (key?: string) => boolean {
  const saidMs = new Map<string, number>();
  return (key = "") => {
    const nowMs = performance.now();
    const lastMs = saidMs.get(key);
    if (lastMs !== undefined && nowMs - lastMs < periodMs) return false;
    if (lastMs === undefined && saidMs.size >= mostKeys) saidMs.clear();
    saidMs.set(key, nowMs);
    return true;
  };
}
