/** Passes on the first value at once, then at most one in each period: the newest. */
export function throttled<T>(
  periodMs: number,
  pass: (value: T) => void,
): { readonly say: (value: T) => void; readonly stop: () => void } {
  let newest: { readonly value: T } | undefined;
  let timer: NodeJS.Timeout | undefined;
  const turn = (): void => {
    timer = undefined;
    if (newest === undefined) return;
    pass(newest.value);
    newest = undefined;
    timer = setTimeout(turn, periodMs);
  };
  return {
    say(value) {
      newest = { value };
      if (timer === undefined) turn();
    },
    stop() {
      clearTimeout(timer);
      newest = undefined;
    },
  };
}
