import { retrying } from "../async/retry.ts";
import { PipelineError } from "../core/errors.ts";
import { s3FaultOf, type S3Fault, type S3FaultNote } from "./s3-fault.ts";

/** How long a server may take, and how often it is asked. */
export interface Patience {
  readonly tries: number;
  /** Wait before the second try; doubles with each further one. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** Limit for one try, in addition to the time allowed for its bytes. */
  readonly tryMs: number;
  readonly leastBytesPerSecond: number;
}

/** Waits 26 s in all between eight tries; if a server is gone for longer, the queue runs the job again. */
export const patience: Patience = {
  tries: 8,
  firstDelayMs: 250,
  longestDelayMs: 10_000,
  tryMs: 20_000,
  leastBytesPerSecond: 64 * 1024,
};

/** One try: `signal` ends it; `allow` gives it the time that so many bytes may take. */
export interface Try {
  readonly signal: AbortSignal;
  readonly allow: (bytes: number) => void;
}

export interface Asked<T> {
  readonly doing: string;
  readonly place: string;
  readonly patience: Patience;
  readonly signal: AbortSignal | undefined;
  /** How long a try in progress may continue after the signal; 0 if left out. */
  readonly graceMs?: number;
  /** Faults that are an answer. */
  readonly answers?: Partial<Record<S3Fault, T>>;
}

/**
 * Sends a request to an S3 server, and tries again while the fault may pass.
 * @throws {PipelineError} `store-unreachable`, `store-refused`, `disk-full`, `interrupted`; its cause is never the
 * client's error, which holds keys and signatures
 */
export async function retryingS3<T>(asked: Asked<T>, ask: (attempt: Try) => Promise<T>): Promise<T> {
  const { tries, firstDelayMs, longestDelayMs } = asked.patience;
  return retrying(
    async (attempt) => {
      try {
        return await oneTry(asked, ask);
      } catch (error) {
        if (error instanceof PipelineError) throw error;
        const note = s3FaultOf(error);
        const answer = asked.answers?.[note.fault];
        if (answer === undefined) throw faultOf(asked, note, attempt);
        return answer;
      }
    },
    {
      backoff: { firstMs: firstDelayMs, mostMs: longestDelayMs },
      again: (error, tried) => error instanceof PipelineError && error.code === "store-unreachable" && tried < tries,
    },
    asked.signal,
  );
}

async function oneTry<T>(
  { patience, signal, graceMs = 0, doing, place }: Asked<T>,
  ask: (attempt: Try) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const allowed = (ms: number): NodeJS.Timeout =>
    setTimeout(() => late.abort(new DOMException("no answer in time", "TimeoutError")), ms);
  const aborted = (): boolean => signal?.aborted === true;
  const interrupted = (): PipelineError => new PipelineError("interrupted", `stopped while ${doing}`, { place });
  if (aborted()) throw interrupted();
  let timer = allowed(patience.tryMs);
  const allow = (bytes: number): void => {
    clearTimeout(timer);
    timer = allowed(patience.tryMs + (bytes / patience.leastBytesPerSecond) * 1000);
  };
  let grace: NodeJS.Timeout | undefined;
  const stop = (): void => {
    if (graceMs === 0) late.abort();
    else grace = setTimeout(() => late.abort(), graceMs);
  };
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await ask({ signal: late.signal, allow });
  } catch (error) {
    throw aborted() ? interrupted() : late.signal.aborted ? late.signal.reason : error;
  } finally {
    clearTimeout(timer);
    clearTimeout(grace);
    signal?.removeEventListener("abort", stop);
  }
}

function faultOf(
  { doing, place }: Pick<Asked<unknown>, "doing" | "place">,
  { fault, name, status }: S3FaultNote,
  tries: number,
): PipelineError {
  const answer = status === 0 ? name : `${status} ${name}`;
  const context = { place, fault: name, status, tries };
  if (fault === "full") {
    return new PipelineError(
      "disk-full",
      `no space left in ${place} while ${doing} (${answer}); make room there`,
      context,
    );
  }
  if (fault === "passing" || fault === "conflict") {
    const message = `${answer} while ${doing} in ${place}, after ${tries} tries: is the server up and reachable from here?`;
    return new PipelineError("store-unreachable", message, context);
  }
  return new PipelineError("store-refused", `${answer} while ${doing} in ${place}: ${adviceOn(name)}`, context);
}

function adviceOn(name: string): string {
  if (name === "NoSuchBucket") return "make the bucket first, or correct its name";
  if (name === "CredentialsProviderError") return "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE";
  if (/Redirect|AuthorizationHeaderMalformed/.test(name)) return "the bucket lies in another region: add ?region=NAME";
  if (/Access|Signature|Forbidden|Token|User|^403$/.test(name)) {
    return "check the keys, and that they may list, read, write and delete there";
  }
  return "check the address of the store and what the server can do";
}
