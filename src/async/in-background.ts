/** Work beside the caller's own, one item after the other. */
export interface InBackground<T> {
  readonly add: (item: T) => void;
  /** Aborted with the caller's signal, and when the work fails; then `done` rejects. */
  readonly signal: AbortSignal;
  /** Resolves when everything that was added is done. */
  readonly done: () => Promise<void>;
}

/** Does the work for one item after the other; after a failure the rest is left undone. */
export function inBackground<T>(
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): InBackground<T> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  let last: Promise<void> = Promise.resolve();
  return {
    signal: either,
    add(item) {
      last = last.then(() => work(item, either));
      last.catch(() => failed.abort());
    },
    done: () => last,
  };
}
