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
