import { isUtf8 } from "node:buffer";
import { headerOf } from "../warc/http.ts";
import type { Fields } from "../warc/record.ts";
import type { ExchangeFaultCode } from "./result.ts";
import { maxUrlLength, targetOf, type TargetRules } from "./target-rules.ts";

const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** Where a redirect leads, without its fragment, or why it may not be followed. */
export type RedirectTarget =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly reason: ExchangeFaultCode; readonly detail: string };

/**
 * The target of a redirect, judged like any address; `null` when the response is none. Whether it is in scope, and what its
 * robots.txt says, is for the caller to ask.
 */
export function redirectTargetOf(
  response: { readonly status: number; readonly headers: Fields },
  url: string,
  rules: TargetRules,
): RedirectTarget | null {
  if (!redirectStatuses.has(response.status)) return null;
  const location = headerOf(response.headers, "location");
  if (location === null || location === "") return { ok: false, reason: "url", detail: "the redirect has no Location" };
  if (location.length > maxUrlLength) return { ok: false, reason: "url", detail: "its Location is too long" };
  const text = textOf(location);
  if (!URL.canParse(text, url)) return { ok: false, reason: "url", detail: "its Location is no URL" };
  const absolute = new URL(text, url);
  absolute.hash = "";
  const target = targetOf(absolute.href, rules);
  return target.ok ? { ok: true, url: target.url.href } : target;
}

/** Headers are octets; many servers put UTF-8 in them. */
function textOf(octets: string): string {
  const bytes = Buffer.from(octets, "latin1");
  return isUtf8(bytes) ? bytes.toString() : octets;
}
