import { createHash } from "node:crypto";

import { backoffMs } from "../../async/retry.ts";
import { redirectTargetOf, type TargetRules } from "../../fetch/address-rules.ts";
import type { Exchanged, NotExchanged, ExchangeRequest, ExchangeResult } from "../../fetch/result.ts";
import { retryAfterMs } from "../../fetch/retry-after.ts";
import { compiledRobots, type RobotsRules } from "../../robots/compile.ts";
import { fileTextOf } from "../../robots/file-text.ts";
import { maxRobotsBytes, robotsFileOf, type RobotsStatement } from "../../robots/parse.ts";
import { headerOf } from "../../warc/http.ts";
import { textBodyOf } from "../../warc/text-body.ts";

/** RFC 9309 (2.4): a file may be used for a day. */
export const robotsLifetimeMs = 24 * 3_600_000;
const firstRetryMs = 5 * 60_000;
const decodedLimits = { maxDecodedBytes: 1 << 20, maxRatio: 1000, ratioFreeBytes: 1 << 20, maxEncodings: 2 };

/** How fetching robots.txt ended: with an answer, without one, or in redirects that led nowhere. */
export type RobotsAnswer =
  | Pick<Exchanged, "ok" | "status" | "truncated" | "headers" | "payload">
  | (Pick<NotExchanged, "ok" | "retry"> & { readonly reason: string })
  | { readonly ok: null; readonly reason: string };

/**
 * What is known of a host's robots.txt. All times are wall-clock milliseconds, so that they remain valid in another
 * process.
 */
export type RobotsOutcome =
  | {
      /** A file was read. */
      readonly kind: "rules";
      readonly rules: RobotsRules;
      readonly statements: readonly RobotsStatement[];
      /** What was read of the file. */
      readonly text: string;
      /** SHA-256 of the whole file, with its content codings undone: identifies the file that governed a page. */
      readonly fileSha256: string;
      /** Whether part of the file was not read (over 500 KiB). */
      readonly cut: boolean;
      readonly expiresAtMs: number;
    }
  | {
      /** There is none: everything may be fetched. */
      readonly kind: "allow-all";
      readonly reason: string;
      readonly expiresAtMs: number;
    }
  | {
      /**
       * Unknown: nothing may be fetched, and robots.txt must be fetched again. `wait` when the server asked to slow
       * down.
       */
      readonly kind: "disallow-all" | "wait";
      readonly reason: string;
      readonly retryAtMs: number;
    };

/** Circumstances of an answer that its outcome depends on. */
export interface RobotsContext {
  readonly productToken: string;
  /** Wall-clock time at which the answer came. */
  readonly nowMs: number;
  /** Answers in a row before this one that ended in `disallow-all` or `wait`. */
  readonly failures: number;
}

/**
 * 2xx: the file's rules. 4xx, and redirects without end: everything is allowed. 429: wait. 5xx, a file cut short, or no
 * answer: nothing is allowed. Source: RFC 9309, 2.3.1; for 429, RFC 6585, which makes it temporary.
 */
export function robotsOutcomeOf(answer: RobotsAnswer, context: RobotsContext): RobotsOutcome {
  const { nowMs } = context;
  const later = (reason: string): RobotsOutcome => ({
    kind: "disallow-all",
    reason,
    retryAtMs: nowMs + retryDelayMs(answer, context),
  });
  if (answer.ok === null) return allowAll(answer.reason, nowMs);
  if (!answer.ok) return later(answer.reason);
  const { status } = answer;
  if (status === 429) return { kind: "wait", reason: "status-429", retryAtMs: nowMs + retryDelayMs(answer, context) };
  if (status >= 500 || status < 200) return later(`status-${status}`);
  if (status >= 300) return allowAll(`status-${status}`, nowMs);
  if (answer.truncated === "time" || answer.truncated === "disconnect") return later(`truncated-${answer.truncated}`);
  const { bytes, complete, notes } = textBodyOf(contentHeadersOf(answer.headers), answer.payload, decodedLimits);
  // Rules that cannot be decoded are unknown, not absent. Reaching the size limit is fine: everything that must be read
  // comes before it.
  if (!complete && answer.truncated === null && bytes.length < maxRobotsBytes) return later(notes.join(" "));
  const file = robotsFileOf(bytes);
  return {
    kind: "rules",
    rules: compiledRobots(file, context.productToken),
    statements: file.statements,
    text: fileTextOf(bytes.subarray(0, maxRobotsBytes)),
    fileSha256: createHash("sha256").update(bytes).digest("hex"),
    cut: file.cut || answer.truncated !== null,
    expiresAtMs: nowMs + robotsLifetimeMs,
  };
}

function allowAll(reason: string, nowMs: number): RobotsOutcome {
  return { kind: "allow-all", reason, expiresAtMs: nowMs + robotsLifetimeMs };
}

/** As long as the server asks, but at least five minutes, doubled with each failure, and at most a day. */
function retryDelayMs(answer: RobotsAnswer, { failures, nowMs }: RobotsContext): number {
  const ownMs = backoffMs(failures + 1, { firstMs: firstRetryMs, mostMs: robotsLifetimeMs });
  const stated = answer.ok === true ? headerOf(answer.headers, "retry-after") : null;
  const askedMs = stated === null ? null : retryAfterMs(stated, nowMs);
  return Math.min(robotsLifetimeMs, Math.max(ownMs, askedMs ?? 0));
}

function contentHeadersOf(headers: readonly (readonly [string, string])[]): [string, string][] {
  return headers.flatMap(([name, value]): [string, string][] =>
    name.toLowerCase() === "content-encoding" ? [[name, value]] : [],
  );
}

/** RFC 9309 (2.3.1.2): at least this many redirects should be followed, even to other authorities. */
const maxRedirects = 5;

/** One exchange while fetching robots.txt; each is archived. */
export interface RobotsHop {
  readonly url: string;
  readonly result: ExchangeResult;
}

export interface RobotsLook {
  readonly hops: readonly RobotsHop[];
  readonly answer: RobotsAnswer;
}

/**
 * Asks an origin (`http://host:port`) for its robots.txt, through up to five redirects. The last answer applies to the
 * original origin, wherever it came from.
 */
export async function fetchRobots(
  exchange: (request: ExchangeRequest) => Promise<ExchangeResult>,
  origin: string,
  request: Omit<ExchangeRequest, "url">,
  rules: TargetRules,
): Promise<RobotsLook> {
  const hops: RobotsHop[] = [];
  let url = new URL("/robots.txt", origin).href;
  while (true) {
    const result = await exchange({ ...request, url });
    hops.push({ url, result });
    if (!result.ok) return { hops, answer: result };
    const target = redirectTargetOf(result, url, rules);
    if (target === null) return { hops, answer: result };
    if (!target.ok) return { hops, answer: { ok: null, reason: `redirect-${target.reason}` } };
    if (hops.length > maxRedirects) return { hops, answer: { ok: null, reason: "redirects-too-many" } };
    ({ url } = target);
  }
}
