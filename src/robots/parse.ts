import { plainBytesOf } from "./file-text.ts";

/** RFC 9309 (2.5): at least this much must be read; what follows is not. */
export const maxRobotsBytes = 500 << 10;

/** A robots.txt file: its groups, and the lines about rights and sitemaps. */
export interface RobotsFile {
  readonly groups: readonly RobotsGroup[];
  readonly statements: readonly RobotsStatement[];
  /** Whether the file was longer than `maxRobotsBytes`. */
  readonly cut: boolean;
}

export interface RobotsGroup {
  /** Product tokens in lower case, `*` for everybody. */
  readonly agents: ReadonlySet<string>;
  readonly rules: readonly RobotsRule[];
  /** The largest value that the group states. */
  readonly crawlDelayMs: number | null;
}

export interface RobotsRule {
  readonly allow: boolean;
  /** As written, one character an octet. */
  readonly pattern: string;
  readonly lineNumber: number;
}

/** A line that this program keeps for others to read: `sitemap`, `content-signal`, `content-usage`, `license`, ... */
export interface RobotsStatement {
  /** Lower case. */
  readonly name: string;
  readonly value: string;
  /** Agents of its group; `null` when it comes before any group or applies to the whole file. */
  readonly agents: ReadonlySet<string> | null;
  /** The line as written, at most 1,000 characters. */
  readonly line: string;
  readonly lineNumber: number;
}

interface OpenGroup {
  readonly agents: Set<string>;
  readonly rules: RobotsRule[];
  crawlDelayMs: number | null;
  /** Agent lines after a rule open the next group; lines that are neither do not (RFC 9309, 2.2.1 and 2.2.4). */
  closed: boolean;
}

const keptStatements = new Set([
  "sitemap",
  "content-signal",
  "content-signals",
  "content-usage",
  "license",
  "llm-policy",
  "allowaitraining",
  "disallowaitraining",
  "tdm-reservation",
  "tdm-policy",
  "request-rate",
  "visit-time",
  "host",
]);
const wholeFile = new Set(["sitemap", "license", "host"]);
const maxStatements = 10_000;

/**
 * Reads the first 500 KiB of a robots.txt, as lenient as Google's parser: a byte order mark, any mix of line ends, misspelt
 * names, white space for a missing colon. Source: RFC 9309, 2.2.
 */
export function robotsFileOf(file: Buffer): RobotsFile {
  const bytes = plainBytesOf(file.subarray(0, maxRobotsBytes));
  const groups: OpenGroup[] = [];
  const statements: RobotsStatement[] = [];
  let lineNumber = 0;
  for (let at = 0; at < bytes.length;) {
    const end = lineEnd(bytes, at);
    lineNumber += 1;
    const line = robotsLineOf(bytes, at, end);
    at = bytes[end] === 13 && bytes[end + 1] === 10 ? end + 2 : end + 1;
    if (line === null) continue;
    const group = groups.at(-1);
    if (line.name === "user-agent") addAgents(groups, line.value);
    else if (line.name === "allow" || line.name === "disallow") {
      if (group !== undefined) addRule(group, { allow: line.name === "allow", pattern: line.value, lineNumber });
    } else if (line.name === "crawl-delay") {
      if (group !== undefined) addCrawlDelay(group, line.value);
    } else if (keptStatements.has(line.name) && statements.length < maxStatements) {
      const agents = group === undefined || wholeFile.has(line.name) ? null : group.agents;
      // A rule in AIPREF's draft on attaching preferences (attach-05): it ends the list of its agents, as Allow does.
      if (line.name === "content-usage" && group !== undefined) group.closed = true;
      statements.push({ name: line.name, value: utf8Of(line.value), agents, line: utf8Of(line.raw), lineNumber });
    }
  }
  return { groups, statements, cut: file.length > maxRobotsBytes };
}

function addAgents(groups: OpenGroup[], value: string): void {
  const agents = agentsOf(value);
  const last = groups.at(-1);
  if (last === undefined || last.closed) {
    groups.push({ agents: new Set(agents), rules: [], crawlDelayMs: null, closed: false });
  } else for (const agent of agents) last.agents.add(agent);
}

/**
 * Only the token, without a version or words after it (RFC 9309, 2.2.1); empty when there is none, which names no agent.
 * Tokens of letters alone are what the RFC knows; `AI2Bot` and `img2dataset` are named all the same.
 */
function agentsOf(value: string): string[] {
  if (/^\*(?:\s|$)/.test(value)) return ["*"];
  const token = /^[a-z_-]*/i.exec(value)?.[0].toLowerCase() ?? "";
  const withDigits = /^[\w-]*/.exec(value)?.[0].toLowerCase() ?? "";
  return token === withDigits ? [token] : [token, withDigits];
}

function addRule(group: OpenGroup, rule: RobotsRule): void {
  group.closed = true;
  if (rule.pattern !== "") group.rules.push(rule);
}

function addCrawlDelay(group: OpenGroup, value: string): void {
  const seconds = /^\d{1,9}(?:\.\d{1,9})?|^\.\d{1,9}/.exec(value)?.[0];
  if (seconds === undefined) return;
  group.crawlDelayMs = Math.max(Math.ceil(Number(seconds) * 1000), group.crawlDelayMs ?? 0);
}

function lineEnd(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== 10 && bytes[at] !== 13) at += 1;
  return at;
}

function utf8Of(octets: string): string {
  return Buffer.from(octets, "latin1").toString();
}

/** One line of a robots.txt; one character an octet. */
export interface RobotsLine {
  /** Lower case, known misspellings corrected. */
  readonly name: string;
  readonly value: string;
  readonly raw: string;
}

/** Google cuts lines at eight times what browsers once took for a URL. */
const maxLineBytes = 2083 * 8;
const maxRawCharacters = 1000;
/** White space replaces a missing colon only between exactly two words, as in Google's parser. */
const twoWords = /^([^ \t]+)[ \t]+([^ \t]+)$/;

/** Misspellings common enough for Google's parser, or crawler-commons, to accept them. */
const misspellings: ReadonlyMap<string, string> = new Map([
  ["useragent", "user-agent"],
  ["user agent", "user-agent"],
  ["dissallow", "disallow"],
  ["dissalow", "disallow"],
  ["disalow", "disallow"],
  ["diasllow", "disallow"],
  ["disallaw", "disallow"],
  ["crawl delay", "crawl-delay"],
  ["crawldelay", "crawl-delay"],
  ["site-map", "sitemap"],
  ["licence", "license"],
]);

/** The line between two offsets, `null` when it is empty, a comment, or has no name and value. */
export function robotsLineOf(bytes: Buffer, start: number, end: number): RobotsLine | null {
  const text = bytes.toString("latin1", start, Math.min(end, start + maxLineBytes));
  const hash = text.indexOf("#");
  const stated = hash < 0 ? text : text.slice(0, hash);
  const colon = stated.indexOf(":");
  const [, first = "", second = ""] = colon < 0 ? (twoWords.exec(trimmed(stated)) ?? []) : [];
  const name = (colon < 0 ? first : trimmed(stated.slice(0, colon))).toLowerCase();
  const value = colon < 0 ? second : trimmed(stated.slice(colon + 1));
  return name === "" ? null : { name: misspellings.get(name) ?? name, value, raw: text.slice(0, maxRawCharacters) };
}

/** Only ASCII white space: octets over 127 are parts of characters, and `trim` would remove some of them. */
function trimmed(octets: string): string {
  let [start, end] = [0, octets.length];
  while (start < end && isSpace(octets.charCodeAt(start))) start += 1;
  while (end > start && isSpace(octets.charCodeAt(end - 1))) end -= 1;
  return octets.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}
