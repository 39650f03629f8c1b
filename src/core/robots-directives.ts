import type { Preference } from "./rights.ts";

/** A directive of `X-Robots-Tag` or of a robots `meta` element. */
export interface RobotsDirective {
  /** Lower case; `*` when it is addressed to all. */
  readonly agent: string;
  /** As written, white space trimmed. */
  readonly text: string;
}

/** What a directive says of one use: `y` = allowed, `n` = refused, `null` = it depends on something that is not known here. */
export type RobotsReading = readonly [preference: Preference, value: "y" | "n" | null];

/** What ends a directive. Only this pattern knows. */
const separator = /,/;
/** Directives that take a value after a colon; any other word before a colon is an agent. */
const withValue = new Set(["unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"]);
const agentName = /^[a-z0-9._/*-]{1,64}$/;
const directiveLimit = 200;

/** What each word means; words that are not named here say nothing about use of the text. */
const readings: Readonly<Record<string, readonly RobotsReading[]>> = {
  all: [
    ["index", "y"],
    ["follow", "y"],
  ],
  none: [
    ["index", "n"],
    ["follow", "n"],
  ],
  index: [["index", "y"]],
  noindex: [["index", "n"]],
  follow: [["follow", "y"]],
  nofollow: [["follow", "n"]],
  archive: [["archive", "y"]],
  noarchive: [["archive", "n"]],
  nocache: [["archive", "n"]],
  nosnippet: [["snippet", "n"]],
  "max-snippet:0": [["snippet", "n"]],
  noai: [["ai", "n"]],
  noimageai: [["image-ai", "n"]],
};

/**
 * Splits a list of robots directives; an `agent:` prefix holds for all that follows it up to the next one. The commas in
 * a date of `unavailable_after` end no directive. Source: Google, "Robots meta tag" reference.
 * @param value one header field, or the `content` of one element
 * @param defaultAgent the agent that directives before any prefix are addressed to: `*`, or the agent that the element
 * is named after
 * @param most directives that are read; `null`: all
 */
export function robotsDirectivesOf(
  value: string,
  defaultAgent: string,
  most: number | null = directiveLimit,
): RobotsDirective[] {
  let agent = defaultAgent;
  const directives: RobotsDirective[] = [];
  for (const part of most === null ? value.split(separator) : value.split(separator, most)) {
    let text = part.trim();
    const colon = text.indexOf(":");
    const prefix = text.slice(0, Math.max(0, colon)).trim().toLowerCase();
    const previous = directives.at(-1);
    if (previous !== undefined && isDate(previous.text) && continuesDate(text)) {
      directives[directives.length - 1] = { agent: previous.agent, text: `${previous.text}, ${text}` };
      continue;
    }
    if (colon !== -1 && !withValue.has(prefix) && agentName.test(prefix)) {
      agent = prefix;
      text = text.slice(colon + 1).trim();
    }
    if (text !== "") directives.push({ agent, text });
  }
  return directives;
}

/** What the text of one directive says; empty when it says nothing about use. */
export function robotsReadingsOf(text: string): readonly RobotsReading[] {
  const word = text.slice(0, 64).toLowerCase().replace(/\s/g, "");
  // The page may not be indexed from some day on; no stage knows today's date.
  if (word.startsWith("unavailable_after:")) return [["index", null]];
  return Object.hasOwn(readings, word) ? (readings[word] ?? []) : [];
}

/**
 * Does an `X-Robots-Tag` ask `agent` (lower case), or everybody, not to follow the links of the page? A request also counts
 * where only white space separates it from other words. All of the header is read.
 */
export function headerForbidsFollowing(value: string, agent: string): boolean {
  return robotsDirectivesOf(value, "*", null).some(
    (directive) => (directive.agent === "*" || directive.agent === agent) && asksNofollow(directive.text),
  );
}

/**
 * Does the `content` of a robots `meta` element ask not to follow the links of the page? The element's name says whom it
 * addresses, so what looks like a prefix in it (`revisit-after: 7 days, nofollow`) addresses nobody else.
 */
export function metaForbidsFollowing(content: string): boolean {
  return robotsDirectivesOf(content, "*", null).some(({ text }) => asksNofollow(text));
}

function asksNofollow(text: string): boolean {
  return [text, ...text.split(/\s+/)].some(saysNofollow);
}

function saysNofollow(text: string): boolean {
  return robotsReadingsOf(text).some(([preference, value]) => preference === "follow" && value === "n");
}

function isDate(text: string): boolean {
  return /^unavailable_after\s*:/i.test(text);
}

function continuesDate(text: string): boolean {
  return /^\d/.test(text);
}
