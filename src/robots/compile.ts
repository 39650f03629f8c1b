import type { RobotsFile, RobotsRule } from "./parse.ts";

const anyEscape = /%[0-9a-fA-F]{2}/g;
const lowerCaseEscape = /%(?:[0-9A-F][a-f]|[a-f][0-9a-fA-F])/;
/** Letters, digits and `-._~`: they need no encoding (RFC 3986, 2.3). */
const unreservedEscape = /%(?:2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])/g;
const highOctet = /[\u0080-\u00ff]/;

/** Octets over 127 percent-encoded and all escapes in upper case. Source: RFC 9309, 2.2.2. */
export function escapedPath(octets: string): string {
  const ascii = highOctet.test(octets)
    ? octets.replaceAll(/[\u0080-\u00ff]/g, (octet) => `%${octet.charCodeAt(0).toString(16)}`)
    : octets;
  return lowerCaseEscape.test(ascii) ? ascii.replaceAll(anyEscape, (triplet) => triplet.toUpperCase()) : ascii;
}

/** An escaped path without unnecessary escapes. */
function unreservedDecoded(escaped: string): string {
  if (!escaped.includes("%")) return escaped;
  return escaped.replaceAll(unreservedEscape, (triplet) => String.fromCharCode(Number.parseInt(triplet.slice(1), 16)));
}

const special = /[*$]/;

/**
 * The one spelling of an escaped path that is compared with the one of a pattern: without unnecessary escapes, and with an
 * asterisk or dollar sign as a pattern must write it to mean no more than itself. Source: RFC 9309, 2.2.2 and 2.2.3.
 */
export function comparedPath(escaped: string): string {
  const decoded = unreservedDecoded(escaped);
  return special.test(decoded) ? decoded.replaceAll("*", "%2A").replaceAll("$", "%24") : decoded;
}

/** What one agent may do on one host; made once a host. Rules are in such an order that the first match decides. */
export interface RobotsRules {
  readonly rules: readonly CompiledRule[];
  /** Respected as a courtesy: RFC 9309 does not define this line. */
  readonly crawlDelayMs: number | null;
  /** True when a group names the agent; false when the group for `*` applies, or none. */
  readonly named: boolean;
}

export interface CompiledRule {
  readonly allow: boolean;
  /** Octets of the pattern as written, percent-encoded: the longest that matches decides. */
  readonly patternLength: number;
  /** Literal pieces between the wildcards, percent-encoded, at least one; the first one starts the path. */
  readonly pieces: readonly string[];
  /** Whether the last piece must end the path. */
  readonly anchored: boolean;
  readonly lineNumber: number;
}

/**
 * The rules of all groups that name the product token, merged; those of `*` when none does. The longest pattern comes
 * first, allowing ones before others of the same length (RFC 9309, 2.2.1 and 2.2.2).
 */
export function compiledRobots(file: RobotsFile, productToken: string): RobotsRules {
  const token = productToken.toLowerCase();
  const named = file.groups.some((group) => group.agents.has(token));
  const groups = file.groups.filter((group) => group.agents.has(named ? token : "*"));
  const delays = groups.flatMap((group) => group.crawlDelayMs ?? []);
  const rules: CompiledRule[] = [];
  for (const group of groups) for (const rule of group.rules) addSpellings(rules, rule);
  rules.sort((a, b) => b.patternLength - a.patternLength || Number(b.allow) - Number(a.allow));
  return { rules, crawlDelayMs: delays.length === 0 ? null : Math.max(...delays), named };
}

/**
 * RFC 9309 compares paths after decoding what needs no encoding; Google's parser, and its vectors, do not. A disallowed
 * path is refused in either spelling, an allowed one is allowed only in its own: no owner's wish is overlooked.
 */
function addSpellings(rules: CompiledRule[], rule: RobotsRule): void {
  const written = compiledRule(rule, escapedPath(rule.pattern));
  rules.push(written);
  if (rule.allow) return;
  const pieces = written.pieces.map(comparedPath);
  if (pieces.some((piece, at) => piece !== written.pieces[at])) rules.push({ ...written, pieces });
}

function compiledRule({ allow, lineNumber }: RobotsRule, escaped: string): CompiledRule {
  const anchored = escaped.endsWith("$");
  const pattern = anchored ? escaped.slice(0, -1) : escaped;
  const pieces = pattern.includes("*") ? pattern.replaceAll(/\*{2,}/g, "*").split("*") : [pattern];
  return { allow, patternLength: escaped.length, pieces, anchored, lineNumber };
}
