import { PipelineError } from "../core/errors.ts";
import { retryAfterMs } from "../fetch/retry-after.ts";
import type { StreamAnswer, Streamer, StreamRequest } from "../fetch/stream.ts";
import type { RequestPacer } from "./request-pacing.ts";

/**
 * Repeats a request until the answer has one of the `wanted` statuses, as slowly as the server wants. Common Crawl
 * blocks clients that ask too much with 403, so after a 403 nothing is repeated.
 * @throws {PipelineError} `source-refused`, `source-unreachable`, `interrupted`
 */
export async function asked(
  request: StreamRequest,
  streams: Streamer,
  pacer: RequestPacer,
  wanted: readonly number[],
): Promise<Extract<StreamAnswer, { ok: true }>> {
  const { url, signal } = request;
  await pacer.pass(signal);
  for (let tries = 1; ; tries++) {
    const answer = await streams.get(request);
    if (answer.ok && wanted.includes(answer.status)) return answer;
    const words = answer.ok ? `HTTP ${answer.status}` : `${answer.reason}: ${answer.detail}`;
    if (answer.ok) await discard(answer.body);
    if (!(answer.ok ? isPassing(answer.status) : answer.retry)) throw refused(url, answer, words);
    if (!(await pacer.again(tries, askedWait(answer), signal))) {
      throw new PipelineError(
        "source-unreachable",
        `${url}: ${words}${askedInWords(answer)}, given up after ${tries} ${tries === 1 ? "try" : "tries"}; run the same command again later, it goes on where it stopped`,
        { url, tries },
      );
    }
  }
}

/** Frees the connection; errors of a body that is not needed are ignored. */
export async function discard(body: AsyncIterable<Buffer>): Promise<void> {
  try {
    for await (const _ of body) break;
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
  }
}

/** Too many requests, or a temporary fault of the server. */
function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

function askedWait(answer: StreamAnswer): number | null {
  const stated = answer.ok ? answer.headers.get("retry-after") : undefined;
  if (!answer.ok || stated === undefined) return null;
  return retryAfterMs(stated, Date.now(), answer.headers.get("date") ?? null);
}

function askedInWords(answer: StreamAnswer): string {
  const waitMs = askedWait(answer);
  return waitMs === null ? "" : ` with the wish to be left alone for ${Math.round(waitMs / 1000)} s`;
}

function refused(url: string, answer: StreamAnswer, words: string): PipelineError {
  if (answer.ok && answer.status === 403) {
    return new PipelineError(
      "source-refused",
      `${url}: HTTP 403; the server refuses us. Common Crawl blocks for a day who asks too much: stop, wait, and then ask for less at once`,
      { url, status: 403 },
    );
  }
  const hint = answer.ok || !answer.reason.startsWith("ssrf") ? "" : "; --allow-private asks such addresses";
  return new PipelineError("source-refused", `${url}: ${words}${hint}`, { url });
}
