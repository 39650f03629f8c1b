/** A reader-writer lock: shared, or exclusive. */
export interface SharedLock {
  /**
   * Acquires it shared, once no other holds it exclusively or waits to.
   * @returns how to release it; `undefined` when the signal aborts first
   */
  readonly shared: (signal: AbortSignal) => Promise<(() => void) | undefined>;
  /**
   * Acquires it exclusively, once all others have released it. From the call until the release no other acquires it.
   */
  readonly exclusive: (signal: AbortSignal) => Promise<(() => void) | undefined>;
}

interface Waiter {
  readonly isExclusive: boolean;
  readonly enter: () => void;
}

export function sharedLock(): SharedLock {
  const waiters: Waiter[] = [];
  let holders = 0;
  let isClosed = false;

  const admit = (): void => {
    for (
      let next = waiters[0];
      next !== undefined && !isClosed && (!next.isExclusive || holders === 0);
      next = waiters[0]
    ) {
      waiters.shift();
      holders += 1;
      isClosed = next.isExclusive;
      next.enter();
    }
  };

  const release = (): void => {
    holders -= 1;
    isClosed = false;
    admit();
  };

  const acquire = (isExclusive: boolean, signal: AbortSignal): Promise<(() => void) | undefined> =>
    new Promise((resolve) => {
      const stop = (): void => {
        waiters.splice(waiters.indexOf(waiter), 1);
        resolve(undefined);
        admit();
      };
      const waiter: Waiter = {
        isExclusive,
        enter() {
          signal.removeEventListener("abort", stop);
          resolve(release);
        },
      };
      if (signal.aborted) return resolve(undefined);
      signal.addEventListener("abort", stop, { once: true });
      waiters.push(waiter);
      admit();
    });

  return { shared: (signal) => acquire(false, signal), exclusive: (signal) => acquire(true, signal) };
}
