import { parse } from "tldts";

/** Source: the Public Suffix List, its private part too, so that one customer of a host of sites is one domain. */
const suffixes = { allowPrivateDomains: true };

/** The domain that somebody registered. What has none (an address, `localhost`, a bare suffix) stands for itself alone. */
export const domainOfHost = (host: string): string => parse(host, suffixes).domain ?? host;

/** Anybody may register names under it: `co.uk`. False for what is on no list, such as `localhost`. */
export function isPublicSuffix(host: string): boolean {
  const { domain, isIcann, isPrivate } = parse(host, suffixes);
  return domain === null && (isIcann === true || isPrivate === true);
}
