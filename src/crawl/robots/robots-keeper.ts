import { LRUCache } from "lru-cache";

import type { Exchanged } from "../../fetch/result.ts";
import type { Note, Notes } from "../../frontier/frontier.ts";
import { type RobotsLook, robotsOutcomeOf, type RobotsAnswer, type RobotsOutcome } from "./robots-outcome.ts";

/** What is known of a host's robots.txt. */
export interface KnownRobots {
  readonly outcome: RobotsOutcome;
  /** Consecutive attempts that found out nothing. */
  readonly failures: number;
  /** Whether another attempt may find out more. */
  readonly retry: boolean;
}

/** The robots.txt of every host: in memory for recent hosts, and in the frontier's notes for the next process. */
export interface RobotsKeeper {
  /** `null` when it must be fetched: never seen, a day old, due again, or noted in a form that cannot be read. */
  readonly known: (host: string) => KnownRobots | null;
  readonly learn: (host: string, look: RobotsLook) => KnownRobots;
  /** What has been learnt since then; `null` for nothing. */
  readonly newNote: (host: string) => Note | null;
}

/** An answer as a note keeps it; its outcome is derived from it again when the note is read. */
interface NotedAnswer {
  readonly askedMs: number;
  /** Failures of the attempts before it. */
  readonly failures: number;
  readonly ok: boolean | null;
  readonly reason: string;
  readonly retry: boolean;
  readonly status: number;
  readonly truncated: Exchanged["truncated"];
  readonly headers: Exchanged["headers"];
  /** Base64. */
  readonly payload: string;
}

const rememberedHosts = 2_000;
/**
 * Length in base64 of slightly more than is ever read of one (`maxRobotsBytes`); a longer one is fetched again by the
 * next process.
 */
const notedBytes = 1 << 20;
const notedHeaders = new Set(["content-encoding", "retry-after"]);

/** The note of a host's robots.txt. */
export function robotsNote(host: string): string {
  return `robots ${host}`;
}

/** @param nowMs wall clock */
export function robotsKeeper(notes: Notes, productToken: string, nowMs: () => number): RobotsKeeper {
  const hosts = new LRUCache<string, KnownRobots>({ max: rememberedHosts });
  const unsaved = new Map<string, NotedAnswer>();
  const remember = (host: string, known: KnownRobots): KnownRobots => {
    hosts.set(host, known);
    return known;
  };
  const read = (host: string): KnownRobots | null => {
    const text = notes.note(robotsNote(host));
    const noted = text === null ? null : notedAnswerOf(text);
    return noted === null ? null : remember(host, knownFrom(answerOf(noted), noted, productToken));
  };
  return {
    known(host) {
      const known = hosts.get(host) ?? read(host);
      if (known === null) return null;
      const { outcome } = known;
      return nowMs() < ("expiresAtMs" in outcome ? outcome.expiresAtMs : outcome.retryAtMs) ? known : null;
    },
    learn(host, { answer }) {
      const before = hosts.get(host) ?? read(host);
      const noted = notedOf(answer, nowMs(), before === null ? 0 : before.failures);
      unsaved.set(host, noted);
      return remember(host, knownFrom(answer, noted, productToken));
    },
    newNote(host) {
      const noted = unsaved.get(host);
      if (noted === undefined) return null;
      unsaved.delete(host);
      return [robotsNote(host), noted.payload.length > notedBytes ? null : JSON.stringify(noted)];
    },
  };
}

function knownFrom(answer: RobotsAnswer, noted: NotedAnswer, productToken: string): KnownRobots {
  const { askedMs: nowMs, failures, retry } = noted;
  const outcome = robotsOutcomeOf(answer, { productToken, nowMs, failures });
  return { outcome, failures: "retryAtMs" in outcome ? failures + 1 : 0, retry };
}

function notedOf(answer: RobotsAnswer, askedMs: number, failures: number): NotedAnswer {
  const none = { status: 0, truncated: null, headers: [], payload: "" };
  if (answer.ok === null) return { askedMs, failures, ok: null, reason: answer.reason, retry: false, ...none };
  if (!answer.ok) return { askedMs, failures, ok: false, reason: answer.reason, retry: answer.retry, ...none };
  const { status, truncated, headers, payload } = answer;
  return {
    askedMs,
    failures,
    ok: true,
    reason: "",
    retry: true,
    status,
    truncated,
    headers: headers.filter(([name]) => notedHeaders.has(name.toLowerCase())),
    payload: payload.toString("base64"),
  };
}

function answerOf({ ok, reason, retry, status, truncated, headers, payload }: NotedAnswer): RobotsAnswer {
  if (ok === null) return { ok, reason };
  if (!ok) return { ok, reason, retry };
  return { ok, status, truncated, headers, payload: Buffer.from(payload, "base64") };
}

/** Notes of a shared crawl come from a store: one that is not of our form counts as missing. */
function notedAnswerOf(text: string): NotedAnswer | null {
  try {
    const note: unknown = JSON.parse(text);
    return isNotedAnswer(note) ? note : null;
  } catch {
    return null;
  }
}

function isNotedAnswer(note: unknown): note is NotedAnswer {
  if (typeof note !== "object" || note === null) return false;
  const { askedMs, failures, ok, reason, retry, status, truncated, headers, payload }: Unchecked<NotedAnswer> = note;
  return (
    [askedMs, failures, status].every(Number.isFinite) &&
    (ok === null || typeof ok === "boolean") &&
    typeof reason === "string" &&
    typeof retry === "boolean" &&
    (truncated === null || truncated === "length" || truncated === "time" || truncated === "disconnect") &&
    Array.isArray(headers) &&
    headers.every(isField) &&
    typeof payload === "string"
  );
}

type Unchecked<Shape> = { readonly [Key in keyof Shape]?: unknown };

function isField(field: unknown): boolean {
  return Array.isArray(field) && field.length === 2 && field.every((part) => typeof part === "string");
}
