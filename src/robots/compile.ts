import type { RobotsFile, RobotsGroup, RobotsRule } from "./parse.ts";

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
export function unreservedDecoded(escaped: string): string {
  if (!escaped.includes("%")) return escaped;
  return escaped.replaceAll(unreservedEscape, (triplet) => String.fromCharCode(Number.parseInt(triplet.slice(1), 16)));
}

/** The two escapes that mean the characters which are special in a pattern. Source: RFC 9309, 2.2.3. */
export function specialsDecoded(escaped: string): string {
  if (!escaped.includes("%2")) return escaped;
  return escaped.replaceAll("%2A", "*").replaceAll("%24", "$");
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
  /** Literal pieces between the wildcards, percent-encoded but for `*` and `$`, at least one; the first one starts the path. */
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
  const { named, groups } = groupsFor(file, productToken);
  const delays = groups.flatMap((group) => group.crawlDelayMs ?? []);
  const rules = compiledRules(groups.flatMap((group) => group.rules));
  return { rules, crawlDelayMs: delays.length === 0 ? null : Math.max(...delays), named };
}

/** The groups that hold for an agent: those that name it, else those of `*`. */
export function groupsFor(
  file: RobotsFile,
  productToken: string,
): { readonly named: boolean; readonly groups: readonly RobotsGroup[] } {
  const token = productToken.toLowerCase();
  const own = file.groups.filter((group) => group.agents.has(token));
  if (own.length > 0) return { named: true, groups: own };
  return { named: false, groups: file.groups.filter((group) => group.agents.has("*")) };
}

/** Rules in the order in which they decide. */
export function compiledRules(rules: readonly RobotsRule[]): CompiledRule[] {
  const compiled = rules.flatMap(spellingsOf);
  return compiled.sort((a, b) => b.patternLength - a.patternLength || Number(b.allow) - Number(a.allow));
}

/**
 * RFC 9309 compares paths after decoding what needs no encoding; Google's parser, and its vectors, do not. A disallowed
 * path is refused in either spelling, an allowed one is allowed only in its own: no owner's wish is overlooked.
 */
export function spellingsOf(rule: RobotsRule): CompiledRule[] {
  const pattern = escapedPath(rule.pattern);
  const asWritten = compiledRule(rule, pattern, pattern.length);
  const decoded = rule.allow ? pattern : unreservedDecoded(pattern);
  return decoded === pattern ? [asWritten] : [asWritten, compiledRule(rule, decoded, pattern.length)];
}

function compiledRule({ allow, lineNumber }: RobotsRule, spelling: string, patternLength: number): CompiledRule {
  const anchored = spelling.endsWith("$");
  const pattern = anchored ? spelling.slice(0, -1) : spelling;
  const pieces = pattern.includes("*") ? pattern.replaceAll(/\*{2,}/g, "*").split("*") : [pattern];
  return { allow, patternLength, pieces: pieces.map(specialsDecoded), anchored, lineNumber };
}
