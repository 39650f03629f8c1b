import { plainBytesOf } from "./file-text.ts";

/** RFC 9309 (2.5): at least this much must be read; what follows is not. */
export const maxRobotsBytes = 500 << 10;

/** A robots.txt file: its groups, and the lines about rights and sitemaps. */
export interface RobotsFile {
  readonly groups: readonly RobotsGroup[];
  readonly statements: readonly RobotsStatement[];
  /** Whether the file was longer than `maxRobotsBytes`. */
  readonly cut: boolean;
  /** Whether lines about rights were left out: too many, or too long. What the file does not say is then unknown. */
  readonly unread: boolean;
}

export interface RobotsGroup {
  /** Product tokens in lower case, `*` for everybody. */
  readonly agents: ReadonlySet<string>;
  /**
   * Names behind the first in its lines (`Googlebot, GPTBot`). RFC 9309 knows one agent a line, and so does a crawl; whoever
   * wrote them meant all.
   */
  readonly others: ReadonlySet<string>;
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
  readonly others: Set<string>;
  readonly rules: RobotsRule[];
  crawlDelayMs: number | null;
  /** Agent lines after a rule open the next group; lines that are neither do not (RFC 9309, 2.2.1 and 2.2.4). */
  closed: boolean;
}

const aboutRights = new Set([
  "content-signal",
  "content-signals",
  "content-usage",
  "license",
  "llm-policy",
  "allowaitraining",
  "disallowaitraining",
  "tdm-reservation",
  "tdm-policy",
]);
const aboutTheRest = new Set(["sitemap", "request-rate", "visit-time", "host"]);
const wholeFile = new Set(["sitemap", "license", "host"]);
/** Lines about rights that are kept, and as many of the others: long lists of sitemaps displace no reservation. */
const maxStatements = 10_000;

/**
 * Reads the first 500 KiB of a robots.txt, as lenient as Google's parser: a byte order mark, any mix of line ends, misspelt
 * names, white space for a missing colon. Source: RFC 9309, 2.2.
 */
export function robotsFileOf(file: Buffer): RobotsFile {
  const read = fileIn(plainBytesOf(file.subarray(0, maxRobotsBytes)));
  return { ...read, cut: file.length > maxRobotsBytes };
}

/** Reads what `fileTextOf` made of the first 500 KiB: all of it, for characters can have become more bytes than they were. */
export function robotsFileIn(text: string): RobotsFile {
  return { ...fileIn(Buffer.from(text)), cut: false };
}

interface OpenFile {
  readonly groups: OpenGroup[];
  readonly statements: RobotsStatement[];
  /** Of those, lines about rights. */
  rightsLines: number;
  unread: boolean;
}

function fileIn(bytes: Buffer): Omit<RobotsFile, "cut"> {
  const file: OpenFile = { groups: [], statements: [], rightsLines: 0, unread: false };
  let lineNumber = 0;
  for (let at = 0; at < bytes.length;) {
    const end = lineEnd(bytes, at);
    lineNumber += 1;
    const line = robotsLineOf(bytes, at, end);
    if (line !== null) {
      if (end - at > maxLineBytes && (line.name === "user-agent" || aboutRights.has(line.name))) file.unread = true;
      addLine(file, line, lineNumber);
    }
    at = bytes[end] === 13 && bytes[end + 1] === 10 ? end + 2 : end + 1;
  }
  return { groups: file.groups, statements: file.statements, unread: file.unread };
}

function addLine(file: OpenFile, line: RobotsLine, lineNumber: number): void {
  const { name, value } = line;
  const group = file.groups.at(-1);
  if (name === "user-agent") addAgents(file.groups, value);
  else if (name === "allow" || name === "disallow") {
    if (group !== undefined) addRule(group, { allow: name === "allow", pattern: value, lineNumber });
  } else if (name === "crawl-delay") {
    if (group !== undefined) addCrawlDelay(group, value);
  } else if (aboutRights.has(name) || aboutTheRest.has(name)) addStatement(file, group, line, lineNumber);
}

function addStatement(file: OpenFile, group: OpenGroup | undefined, line: RobotsLine, lineNumber: number): void {
  const { name, value, raw } = line;
  const isAboutRights = aboutRights.has(name);
  const before = isAboutRights ? file.rightsLines : file.statements.length - file.rightsLines;
  // A rule in AIPREF's draft on attaching preferences (attach-05): it ends the list of its agents, as Allow does.
  if (name === "content-usage" && group !== undefined) group.closed = true;
  if (before >= maxStatements) {
    file.unread ||= isAboutRights;
    return;
  }
  if (isAboutRights) file.rightsLines += 1;
  const agents = group === undefined || wholeFile.has(name) ? null : group.agents;
  file.statements.push({ name, value: utf8Of(value), agents, line: utf8Of(raw), lineNumber });
}

function addAgents(groups: OpenGroup[], value: string): void {
  const last = groups.at(-1);
  const open = last === undefined || last.closed ? null : last;
  const group = open ?? { agents: new Set(), others: new Set(), rules: [], crawlDelayMs: null, closed: false };
  if (open === null) groups.push(group);
  for (const agent of agentsOf(value)) group.agents.add(agent);
  if (!oneName.test(value)) for (const agent of namesIn(value)) group.others.add(agent);
}

/** As nearly all lines name an agent. */
const oneName = /^(?:\*|[\w-]*)$/;

/** Every word that can be the name of an agent, without the version behind it; a star that stands alone is everybody. */
function namesIn(value: string): string[] {
  return (value.match(/(?<![\w*.-])\*(?![\w*.-])|[a-z\d_](?:[\w.-]*[\w-])?/gi) ?? []).map((name) => name.toLowerCase());
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

/** Misspellings common enough for Google's parser, or crawler-commons, to accept them; of lines that reserve rights, any that is plain. */
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
  ["content signal", "content-signal"],
  ["content_signal", "content-signal"],
  ["contentsignal", "content-signal"],
  ["content signals", "content-signals"],
  ["content_signals", "content-signals"],
  ["contentsignals", "content-signals"],
  ["content usage", "content-usage"],
  ["content_usage", "content-usage"],
  ["contentusage", "content-usage"],
  ["tdm reservation", "tdm-reservation"],
  ["tdm_reservation", "tdm-reservation"],
  ["tdmreservation", "tdm-reservation"],
  ["disallow-ai-training", "disallowaitraining"],
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
