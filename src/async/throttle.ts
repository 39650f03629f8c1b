/** Passes values on, though not all of them. */
export interface Throttle<T> {
  readonly say: (value: T) => void;
  /** Drops what still waits. */
  readonly stop: () => void;
}

/** Passes on the first value at once, then at most one in each period: the newest. */
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
 * Answers true at most once in each period and for each key: for what is dropped, not kept, when it comes too often.
 * @param mostKeys keys that are remembered; another one makes all of them forgotten
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
