import { onceEvery } from "../async/throttle.ts";

const everyMs = 60_000;
/** Texts that are remembered; addresses and numbers in them may make many. */
const mostTexts = 1000;

/** While a server is away the same thing goes wrong all the time: it is said once a minute. */
export function logOnceAMinute(say: (error: Error) => void): (error: Error) => void {
  const isDue = onceEvery(everyMs, mostTexts);
  return (error) => {
    if (isDue(error.message)) say(error);
  };
}
