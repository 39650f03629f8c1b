import { isUtf8 } from "node:buffer";
import { BlockList, isIP } from "node:net";

import { headerOf } from "../warc/http.ts";
import type { Fields } from "../warc/record.ts";
import type { ExchangeFaultCode } from "./result.ts";

/**
 * Networks that no crawl of the public web has business in. Source: the IANA special-purpose address registries for IPv4 and
 * IPv6, with multicast, and the addresses under which clouds answer their own machines.
 */
const privateNetworks = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "::1/128",
  "fc00::/7",
];
const neverNetworks = [
  "0.0.0.0/8",
  "169.254.0.0/16",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
  // Alibaba's and Azure's answer to 169.254.169.254, and that of Amazon in IPv6.
  "100.100.100.200/32",
  "168.63.129.16/32",
  "fd00:ec2::254/128",
  "::/128",
  "::ffff:0:0/96",
  "64:ff9b::/96",
  "64:ff9b:1::/48",
  "100::/64",
  "100:0:0:1::/64",
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "2620:4f:8000::/48",
  "3fff::/20",
  "5f00::/16",
  "fe80::/10",
  "fec0::/10",
  "ff00::/8",
];
const neverHosts = new Set(["metadata.google.internal", "metadata.goog", "metadata", "instance-data"]);

/** IPv4 and IPv6 apart: a block list holds an IPv4 address for its mapped form, which one of the networks covers. */
function listsOf(networks: readonly string[]): { ipv4: BlockList; ipv6: BlockList } {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const network of networks) {
    const [address = "", bits = ""] = network.split("/");
    const family = isIP(address) === 4 ? "ipv4" : "ipv6";
    lists[family].addSubnet(address, Number(bits), family);
  }
  return lists;
}

const never = listsOf(neverNetworks);
const privately = listsOf(privateNetworks);
/** ::/96 holds ::1, which is private and not forbidden, and the IPv4-compatible addresses, which are. */
const compatible = listsOf(["::/96"]);

/**
 * Why an IP address may not be connected to, `null` when it may. `allowPrivate` opens loopback and private networks, for
 * staging; what clouds tell their machines stays closed.
 */
export function addressFault(zonedAddress: string, allowPrivate: boolean): string | null {
  const address = zonedAddress.replace(/%.*$/, "");
  const version = isIP(address);
  if (version === 0) return "is no IP address";
  const family = version === 4 ? "ipv4" : "ipv6";
  if (never[family].check(address, family)) return "is in a network of special purpose";
  if (privately[family].check(address, family)) return allowPrivate ? null : "is in a private network";
  return compatible[family].check(address, family) ? "is in a network of special purpose" : null;
}

/** Why a host name, as `URL` gives it, may not be asked for, `null` when it may. */
export function hostFault(hostname: string, allowPrivate: boolean): string | null {
  const name = hostname.replace(/\.$/, "").toLowerCase();
  if (neverHosts.has(name)) return "is a name inside clouds";
  if (name === "localhost" || name.endsWith(".localhost")) return allowPrivate ? null : "is a name of this machine";
  const literal = literalAddressOf(name);
  return literal === null ? null : addressFault(literal, allowPrivate);
}

/** The address that a URL's host is, without brackets; `null` when it is a name. `URL` has undone all other spellings. */
export function literalAddressOf(hostname: string): string | null {
  const bare = hostname.startsWith("[") && hostname.endsWith("]") ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? null : bare;
}

/** Longer addresses are none that a server would take; 8,000 octets are what RFC 9110 (4.1) asks servers to bear. */
export const maxUrlLength = 8192;

/** Which addresses may be asked at all. */
export interface TargetRules {
  /** Beside 80 and 443. */
  readonly ports: readonly number[];
  /** Loopback and private networks, for staging. */
  readonly allowPrivate: boolean;
}

/** Ports that the seeds name were meant. */
export function portsOf(seeds: readonly { readonly url: string }[]): number[] {
  const ports = seeds.flatMap(({ url }) => {
    const { port } = new URL(url);
    return port === "" ? [] : [Number(port)];
  });
  return [...new Set(ports)];
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
