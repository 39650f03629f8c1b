/** Opens for many at a time, or for one alone. */
export interface RunGate {
  /** In beside others, once nobody is alone or waits to be. Undefined when `signal` aborts first; else how to leave. */
  readonly beside: (signal: AbortSignal) => Promise<(() => void) | undefined>;
  /** In when all others have left; nobody else comes in until then, or until it is left again. */
  readonly alone: (signal: AbortSignal) => Promise<(() => void) | undefined>;
}

interface Waiter {
  readonly alone: boolean;
  readonly enter: () => void;
}

export function runGate(): RunGate {
  const waiters: Waiter[] = [];
  let inside = 0;
  let closed = false;

  const turn = (): void => {
    for (let next = waiters[0]; next !== undefined && !closed && (!next.alone || inside === 0); next = waiters[0]) {
      waiters.shift();
      inside += 1;
      closed = next.alone;
      next.enter();
    }
  };

  const leave = (): void => {
    inside -= 1;
    closed = false;
    turn();
  };

  const enter = (alone: boolean, signal: AbortSignal): Promise<(() => void) | undefined> =>
    new Promise((resolve) => {
      const stop = (): void => {
        waiters.splice(waiters.indexOf(waiter), 1);
        resolve(undefined);
        turn();
      };
      const waiter: Waiter = {
        alone,
        enter() {
          signal.removeEventListener("abort", stop);
          resolve(leave);
        },
      };
      if (signal.aborted) return resolve(undefined);
      signal.addEventListener("abort", stop, { once: true });
      waiters.push(waiter);
      turn();
    });

  return { beside: (signal) => enter(false, signal), alone: (signal) => enter(true, signal) };
}
