import type { ExchangeRequest, ExchangeResult } from "../fetch/result.ts";
import { redirectTargetOf } from "../fetch/redirect.ts";
import type { TargetRules } from "../fetch/target-rules.ts";
import type { RobotsAnswer } from "./outcome.ts";

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
