const everyMs = 60_000;
/** Texts that are remembered; addresses and numbers in them may make many. */
const most = 1000;

/** While a server is away the same thing goes wrong all the time: it is said once a minute. */
export function sparingly(say: (error: Error) => void): (error: Error) => void {
  const said = new Map<string, number>();
  return (error) => {
    const nowMs = performance.now();
    if (nowMs - (said.get(error.message) ?? -Infinity) < everyMs) return;
    if (said.size >= most) said.clear();
    said.set(error.message, nowMs);
    say(error);
  };
}
