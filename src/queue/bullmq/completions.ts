import { QueueEvents } from "bullmq";

import { failures, PipelineError, type FailureCode } from "../../core/errors.ts";
import {
  listOf,
  number,
  object,
  objectWith,
  parsed,
  parsedOrNull,
  text,
  tupleOf,
  type Shaped,
} from "../../core/json-shape.ts";
import { answerOf } from "../../redis/answer.ts";
import type { RedisConnection } from "../../redis/connection.ts";
import type { RedisScripts } from "../../redis/scripts.ts";
import type { Job, JobOutcome, JobKind } from "../queue.ts";
import { bullId } from "./client.ts";
import { completionsScript } from "./lua.ts";

/** Finds out how the jobs of a kind end that this process submitted or waits for. */
export interface Completions {
  /** Starts watching for the outcomes of these jobs; after `enqueued`, a job that Redis does not know is lost. */
  readonly watch: (jobs: readonly Job[]) => { readonly enqueued: () => void };
  readonly outcomeOf: (job: Job) => Promise<JobOutcome | "lost">;
  readonly close: () => Promise<void>;
}

interface Watched {
  readonly outcome: PromiseWithResolvers<JobOutcome | "lost">;
  known: boolean;
  /** While a job is being enqueued, Redis may not know of it yet. */
  enqueued: boolean;
}

/** What is watched, by the id of BullMQ. */
interface CompletionsState {
  readonly kind: JobKind;
  readonly scripts: RedisScripts;
  readonly onError: (error: Error) => void;
  /** Longest watched first. */
  readonly watched: Map<string, Watched>;
  /** Of these, the ones whose end is not known. */
  readonly open: Set<string>;
  /** Of those, the ones worth asking Redis about. */
  readonly hinted: Set<string>;
  isAsking: boolean;
  isClosed: boolean;
}

/** Completions that no caller has asked for yet. */
const endsRemembered = 100_000;
const idsAtOnce = 500;

/** How `completionsScript` answers for each id: a state and its text. */
const endsAnswer = listOf(tupleOf(number, text));

/**
 * An event is only a reason to ask: it may belong to an earlier run of the same job, be trimmed, or be missed while
 * Redis was away. So Redis is also asked about all watched jobs every `pollMs`.
 */
export function completions(
  kind: JobKind,
  connection: RedisConnection,
  pollMs: number,
  onError: (error: Error) => void,
): Completions {
  const state: CompletionsState = {
    kind,
    scripts: connection.scripts,
    onError,
    watched: new Map(),
    open: new Set(),
    hinted: new Set(),
    isAsking: false,
    isClosed: false,
  };
  const events = eventsOf(state, connection);
  const poll = setInterval(() => hint(state, state.open), pollMs);
  return {
    watch(jobs) {
      const all = jobs.map((job) => watch(state, bullId(job), false));
      return {
        enqueued() {
          for (const one of all) one.enqueued = true;
        },
      };
    },
    outcomeOf: (job) => outcomeOf(state, bullId(job)),
    async close() {
      state.isClosed = true;
      clearInterval(poll);
      state.hinted.clear();
      for (const id of state.open)
        state.watched.get(id)?.outcome.reject(new PipelineError("interrupted", "the queue was closed"));
      state.open.clear();
      await events.close().catch(onError);
    },
  };
}

function eventsOf(state: CompletionsState, { client, prefix }: RedisConnection): QueueEvents {
  // Starts at the oldest event: events of other jobs are ignored, and none of ours is missed between two reads.
  const events = new QueueEvents(state.kind, {
    // A read that Redis does not answer is abandoned a second later; a process that ends while Redis is away waits for
    // that.
    blockingTimeout: 2000,
    connection: client,
    prefix,
    autorun: false,
    lastEventId: "0",
  });
  events.on("error", state.onError);
  events.on("completed", ({ jobId }) => hint(state, [jobId]));
  events.on("failed", ({ jobId }) => hint(state, [jobId]));
  void listen(state, events);
  return events;
}

async function listen(state: CompletionsState, events: QueueEvents): Promise<void> {
  while (!state.isClosed) {
    await events.run().catch((error: unknown) => {
      if (!state.isClosed) state.onError(asError(error));
    });
    if (!state.isClosed) await new Promise((resolve) => setTimeout(resolve, 1000).unref());
  }
}

function watch(state: CompletionsState, id: string, enqueued: boolean): Watched {
  const known = state.watched.get(id);
  if (known !== undefined && !known.known) return known;
  const one: Watched = { outcome: Promise.withResolvers(), known: false, enqueued };
  // Perhaps no caller is waiting when the queue is closed: this only silences the unhandled-rejection event.
  one.outcome.promise.catch(() => {});
  state.watched.delete(id);
  state.watched.set(id, one);
  state.open.add(id);
  return one;
}

async function outcomeOf(state: CompletionsState, id: string): Promise<JobOutcome | "lost"> {
  const one = state.watched.get(id) ?? watch(state, id, true);
  hint(state, [id]);
  const outcome = await one.outcome.promise;
  // The completion was delivered; for a caller that asks again, Redis is asked.
  if (state.watched.get(id) === one) state.watched.delete(id);
  return outcome;
}

function hint(state: CompletionsState, ids: Iterable<string>): void {
  for (const id of ids) if (state.open.has(id)) state.hinted.add(id);
  if (state.hinted.size > 0) void askForHinted(state);
}

async function askForHinted(state: CompletionsState): Promise<void> {
  if (state.isAsking) return;
  state.isAsking = true;
  try {
    while (state.hinted.size > 0) {
      const ids = [...state.hinted].slice(0, idsAtOnce);
      for (const id of ids) state.hinted.delete(id);
      await ask(state, ids);
    }
  } catch (error) {
    // The poll asks again.
    if (!state.isClosed) state.onError(asError(error));
  } finally {
    state.isAsking = false;
  }
}

async function ask(state: CompletionsState, ids: readonly string[]): Promise<void> {
  const keys = ["meta", "completed", "failed"].map((key) => `${state.kind}:${key}`);
  const answers = answerOf(endsAnswer, await state.scripts.run(completionsScript, keys, ids));
  for (const [index, [code, words]] of answers.entries()) {
    const id = ids[index] ?? "";
    const one = state.watched.get(id);
    if (one === undefined || one.known || code === 0 || (code === -1 && !one.enqueued)) continue;
    settle(state, id, one, code === -1 ? "lost" : code === 1 ? doneOutcome(words) : failedOutcome(words));
  }
}

function settle({ watched, open }: CompletionsState, id: string, one: Watched, outcome: JobOutcome | "lost"): void {
  one.known = true;
  one.outcome.resolve(outcome);
  open.delete(id);
  if (outcome === "lost") watched.delete(id);
  for (const [oldest, { known }] of watched) {
    if (watched.size - open.size <= endsRemembered) break;
    if (known) watched.delete(oldest);
  }
}

function doneOutcome(words: string): JobOutcome {
  // What is no result is refused by whoever waits for one.
  return { state: "done", result: parsedOrNull(object({}), words) ?? {} };
}

const failedShape = objectWith({ state: text }, { code: text, message: text, reason: text });

/** What `failureText` wrote; anything else was written by BullMQ itself. */
function failedOutcome(words: string): JobOutcome {
  const { state, code = "", message, reason } = failedEntry(words);
  if (state === "quarantined" && reason !== undefined) return { state, reason };
  if (state === "failed" && isFailureCode(code) && message !== undefined) return { state, code, message };
  return { state: "failed", code: "worker-crashed", message: words };
}

function failedEntry(words: string): Partial<Shaped<typeof failedShape>> {
  try {
    return parsed(failedShape, words, (why) => new PipelineError("queue-refused", why));
  } catch {
    return {};
  }
}

function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(failures, code);
}

/** What Redis keeps about the outcome of a failed job; the message is cut to a bound. */
export function failureText(outcome: Exclude<JobOutcome, { state: "done" }>): string {
  const cut = (text: string): string => (text.length > 2000 ? `${text.slice(0, 2000)}…` : text);
  return JSON.stringify(
    outcome.state === "failed"
      ? { ...outcome, message: cut(outcome.message) }
      : { ...outcome, reason: cut(outcome.reason) },
  );
}

export const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
