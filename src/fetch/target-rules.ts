import { hostFault, literalAddressOf } from "./address-rules.ts";
import type { ExchangeFaultCode } from "./result.ts";

/** Longer addresses are none that a server would take; 8,000 octets are what RFC 9110 (4.1) asks servers to bear. */
export const maxUrlLength = 8192;

/** Which addresses may be asked at all. */
export interface TargetRules {
  /** Beside 80 and 443. */
  readonly ports: readonly number[];
  /** Loopback and private networks, for staging. */
  readonly allowPrivate: boolean;
}

/** An address that may be asked, or why not. */
export type Target =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly reason: ExchangeFaultCode; readonly detail: string };

/** Reads and judges an absolute address by what can be known without a look-up. */
export function targetOf(raw: string, { ports, allowPrivate }: TargetRules): Target {
  if (raw.length > maxUrlLength) return fault("url", `${raw.length} characters are over the limit of ${maxUrlLength}`);
  if (!URL.canParse(raw)) return fault("url", "is no absolute URL");
  const url = new URL(raw);
  if (url.protocol !== "http:" && url.protocol !== "https:") return fault("scheme", `${url.protocol} is not allowed`);
  if (url.port !== "" && url.port !== "80" && url.port !== "443" && !ports.includes(Number(url.port)))
    return fault("port", `port ${url.port} is not allowed`);
  const why = hostFault(url.hostname, allowPrivate);
  if (why === null) return { ok: true, url };
  return fault(literalAddressOf(url.hostname) === null ? "ssrf-host" : "ssrf-address", `${url.hostname} ${why}`);
}

function fault(reason: ExchangeFaultCode, detail: string): Target {
  return { ok: false, reason, detail };
}
