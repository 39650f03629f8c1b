import { parse } from "tldts";

/**
 * Source: the Public Suffix List, with its private section, so that each customer of a hosting service is one domain.
 */
const suffixes = { allowPrivateDomains: true };

/**
 * The domain that its owner registered. A host without one (an IP address, `localhost`, a bare suffix) is returned as
 * it is.
 */
export const domainOfHost = (host: string): string => parse(host, suffixes).domain ?? host;

/**
 * True when the public may register names under it: `co.uk`. False for a name that is not on the list, such as
 * `localhost`.
 */
export function isPublicSuffix(host: string): boolean {
  const { domain, isIcann, isPrivate } = parse(host, suffixes);
  return domain === null && (isIcann === true || isPrivate === true);
}
