import type { RobotsReading } from "./robots-words.ts";
import { beginsRefusal, lettersOf, robotsReadingsOf, robotsWordOf } from "./robots-words.ts";

/** A directive of `X-Robots-Tag` or of a robots `meta` element that says something about use. */
export interface RobotsDirective {
  /** Lower case; `*` when it is addressed to all. */
  readonly agent: string;
  /** As written, white space trimmed. */
  readonly text: string;
  readonly readings: readonly RobotsReading[];
}

/** Where a list of directives stands: only in a header may a prefix (`googlebot: noindex`) address an agent. */
export type RobotsCarrier = "header" | "meta";

/** What parts directives, besides white space. */
const mark = String.raw`,;|，、；｜﹐﹑﹔､،؛·•`;
/** A word, and the colon behind it. */
const wordPattern = new RegExp(String.raw`([^\s${mark}:：]+)(?:\s*([:：]))?`, "gu");
/** Prefixes that a value follows, of robots and of other metadata that pages mix in. Any other may be an agent. */
const withValue = new Set(
  [
    "max-snippet max-image-preview max-video-preview revisit-after revisit rating crawl-delay distribution expires",
  ].flatMap((line) => line.split(" ")),
);
const expiry = new Set(["unavailable_after", "unavailable-after"]);
/** Prefixes that address all. */
const everybody = new Set(["*", "all", "robots", "x-robots-tag"]);
const agentName = /^(?=.*[a-z])[a-z0-9._/*-]{1,64}$/;

/** The state of one reading, from left to right. */
interface Reader {
  readonly value: string;
  readonly carrier: RobotsCarrier;
  readonly defaultAgent: string;
  agent: string;
  /** A directive ended before this word, so a word with a colon may be an agent. */
  fresh: boolean;
  /** Letters of words in front that may become one directive with the next (`no ai`), and where they begin. */
  begun: { readonly word: string; readonly start: number } | null;
  /** A prefix that waits for its value, and where it begins. */
  prefix: { readonly word: string; readonly start: number } | null;
  /** Where the directive begins whose date is being read; -1 for none. */
  dateStart: number;
  readonly found: RobotsDirective[];
}

/**
 * Reads a list of robots directives: the one reader of headers and `meta` elements, for the rights of a page and for the
 * crawl. Directives are parted by commas, semicolons, bars and white space, also in their full-width forms. In a header
 * an `agent:` prefix holds for all that follows up to the next one; a `meta` element addresses whom its name says.
 * Linear in the length of the value.
 * @param value one header field, or the `content` of one element
 * @param defaultAgent whom directives before any prefix address: `*`, or the agent that the element is named after
 * Source: Google, "Robots meta tag" reference; noml.info; lists on real pages.
 */
export function robotsDirectivesOf(value: string, carrier: RobotsCarrier, defaultAgent: string): RobotsDirective[] {
  const text = carrier === "header" ? utf8Of(value) : value;
  const reader: Reader = {
    value: text,
    carrier,
    defaultAgent,
    agent: defaultAgent,
    fresh: true,
    begun: null,
    prefix: null,
    dateStart: -1,
    found: [],
  };
  let end = 0;
  for (const { 0: whole, 1: written = "", 2: colon, index } of text.matchAll(wordPattern)) {
    const gap = text.slice(end, index).trim();
    if (gap !== "") {
      reader.fresh = true;
      reader.prefix = null;
      // "no·ai": a bullet may also stand inside a directive.
      if (!/^[·•]$/.test(gap)) reader.begun = null;
    }
    readWord(reader, {
      word: robotsWordOf(written),
      start: index,
      end: index + written.length,
      colon: colon !== undefined,
    });
    end = index + whole.length;
  }
  return reader.found;
}

/**
 * Does an `X-Robots-Tag` ask `agent` (lower case), or everybody, not to follow the links of the page? What is said
 * unreadably counts as asked.
 */
export function headerForbidsFollowing(value: string, agent: string): boolean {
  return robotsDirectivesOf(value, "header", "*").some(
    (directive) => (directive.agent === "*" || directive.agent === agent) && forbidsFollowing(directive),
  );
}

/** Does the `content` of a robots `meta` element ask not to follow the links of the page? */
export function metaForbidsFollowing(content: string): boolean {
  return robotsDirectivesOf(content, "meta", "*").some(forbidsFollowing);
}

function forbidsFollowing({ readings }: RobotsDirective): boolean {
  return readings.some(([preference, value]) => preference === "follow" && value !== "y");
}

interface Word {
  /** In the spelling of the tables. */
  readonly word: string;
  readonly start: number;
  readonly end: number;
  readonly colon: boolean;
}

function readWord(reader: Reader, one: Word): void {
  const { word, start, end } = one;
  const { begun, prefix } = reader;
  const readings = robotsReadingsOf(word);
  if (readings === null && reader.dateStart !== -1 && (!one.colon || /^\d/.test(word))) {
    // The date of `unavailable_after` goes on, over its own comma and colons.
    reader.found[reader.found.length - 1] = expiryAt(reader, reader.dateStart, end);
    return;
  }
  reader.dateStart = -1;
  reader.prefix = null;
  reader.begun = null;
  if (one.colon) return readPrefix(reader, one, readings);
  if (prefix !== null && (readings === null || !refuses(word, readings))) {
    // Of all values only this one refuses: an extract of no characters.
    if (prefix.word === "max-snippet" && /^0+$/.test(word)) push(reader, prefix.start, end, [["snippet", "n"]]);
    reader.fresh = true;
    return;
  }
  const joined = begun === null ? word : begun.word + word;
  const together = begun === null ? null : robotsReadingsOf(joined);
  if (begun !== null && together !== null) push(reader, begun.start, end, together);
  else if (readings !== null) push(reader, start, end, readings);
  else {
    const [whole, alone] = [lettersOf(joined), lettersOf(word)];
    const [next, from] = begun !== null && beginsRefusal(whole) ? [whole, begun.start] : [alone, start];
    if (beginsRefusal(next)) reader.begun = { word: next, start: from };
    reader.fresh = false;
  }
}

/** `max-image-preview:none` and `distribution: all` have values that are directives elsewhere. */
function refuses(word: string, readings: readonly RobotsReading[]): boolean {
  return word !== "none" && readings.some(([, value]) => value !== "y");
}

/** A word with a colon behind it. */
function readPrefix(reader: Reader, one: Word, readings: readonly RobotsReading[] | null): void {
  const { word, start, end } = one;
  if (expiry.has(word)) {
    reader.found.push(expiryAt(reader, start, end + 1));
    reader.dateStart = start;
  } else if (withValue.has(word)) reader.prefix = { word, start };
  else if (reader.carrier === "header" && everybody.has(word)) reader.agent = "*";
  else if (readings !== null) {
    // "noai: true", "noai: 0": a refusal with a value that no reference has.
    const refused = readings.filter(([, value]) => value !== "y").map(([preference]) => [preference, null] as const);
    push(reader, start, end, refused);
    reader.fresh = true;
    return;
  } else if (reader.carrier === "header") {
    // Whom "my site:" addresses nobody knows, so what follows holds for all.
    reader.agent = reader.fresh && agentName.test(word) ? word : reader.defaultAgent;
  }
  reader.fresh = true;
}

/** The page may not be indexed from some day on; no stage knows today's date. */
function expiryAt(reader: Reader, start: number, end: number): RobotsDirective {
  return { agent: reader.agent, text: reader.value.slice(start, end).trim(), readings: [["index", null]] };
}

function push(reader: Reader, start: number, end: number, readings: readonly RobotsReading[]): void {
  reader.fresh = true;
  if (readings.length > 0) reader.found.push({ agent: reader.agent, text: reader.value.slice(start, end), readings });
}

/** Header fields come one character an octet (RFC 9110, 5.5); what is valid UTF-8 is read as that. */
function utf8Of(value: string): string {
  if (!/[\u0080-\u00ff]/.test(value) || /[^\u0000-\u00ff]/.test(value)) return value;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(value, (octet) => octet.charCodeAt(0)));
  } catch {
    return value;
  }
}
