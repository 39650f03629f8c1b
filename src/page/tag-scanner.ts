/** How far a source is scanned, and the tag that was found there. A page has thousands: none is an object of its own. */
export interface TagScan {
  readonly source: string;
  readonly names: TagNames;
  at: number;
  /** Of the tag found, lower case. */
  name: string;
  /** Start and stop of name and value of each attribute of the tag found, and behind them how many there are. */
  readonly ranges: Int32Array;
}

/** Tag names by length and first letter, which already rule out most tags of a page. */
export interface TagNames {
  readonly wanted: ReadonlySet<string>;
  readonly buckets: readonly (readonly string[])[];
}

const space = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d && code !== 0x0b);
const letter = (code: number): boolean => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;

/** Elements whose content holds no tags. Source: HTML Standard, 13.2.6.4 (scripting off, so `noscript` is not one). */
const rawText = new Set(["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"]);
/** Longest of the names and attributes that callers ask for. */
const longestName = "http-equiv".length;
const attributesKept = 64;
/** Numbers for each attribute: start and stop of its name and of its value. */
const rangesOfOne = 4;
/** Index of the number of attributes, behind their ranges. */
const countAt = rangesOfOne * attributesKept;

/** @param wanted lower case, no longer than `http-equiv` */
export function tagNames(wanted: readonly string[]): TagNames {
  const buckets: string[][] = Array.from({ length: 32 * (longestName + 1) }, () => []);
  for (const name of new Set([...wanted, ...rawText, "plaintext"])) {
    buckets[bucketOf(name.charCodeAt(0), name.length)]?.push(name);
  }
  return { wanted: new Set(wanted), buckets };
}

const bucketOf = (firstLetter: number, length: number): number => 32 * length + (firstLetter & 31);

/** @param source text, or bytes as latin1: all of HTML's own syntax is ASCII */
export function tagScan(source: string, names: TagNames): TagScan {
  return { source, names, at: 0, name: "", ranges: new Int32Array(countAt + 1) };
}

/**
 * Advances to the next wanted start tag and skips everything else, building no tree and no text. One pass: no character
 * of the source is read more than a few times. Source: HTML Standard, 13.2.5 (tokenization).
 * @returns false when there is none
 */
export function nextTag(scan: TagScan): boolean {
  const { source, names, ranges } = scan;
  for (let at = source.indexOf("<", scan.at); at >= 0; at = source.indexOf("<", at)) {
    const code = source.charCodeAt(at + 1);
    if (code === 0x21) at = declarationEnd(source, at);
    else if (code === 0x3f) at = after(source, ">", at + 2);
    else if (code === 0x2f) {
      const isTag = letter(source.charCodeAt(at + 2));
      at = isTag ? attributesEnd(source, nameEnd(source, at + 2), null) : after(source, ">", at + 2);
      if (at < 0) break;
    } else if (letter(code)) {
      const end = nameEnd(source, at + 1);
      const name = knownName(names, source, at + 1, end);
      const isWanted = name !== "" && names.wanted.has(name);
      at = name === "plaintext" ? -1 : attributesEnd(source, end, isWanted ? ranges : null);
      if (at < 0) break;
      if (name !== "" && rawText.has(name)) at = rawTextEnd(source, at, name);
      if (isWanted) {
        scan.at = at;
        scan.name = name;
        return true;
      }
    } else at += 1;
  }
  scan.at = source.length;
  return false;
}

/** Number of the first attribute of that name, which is the one that counts; -1 for none. @param name lower case */
export function attributeOf({ source, ranges }: TagScan, name: string): number {
  const count = ranges[countAt] ?? 0;
  for (let one = 0; one < count; one += 1) {
    if (isNamed(source, ranges[rangesOfOne * one] ?? 0, ranges[rangesOfOne * one + 1] ?? 0, name)) return one;
  }
  return -1;
}

/** Where the value of the attribute of that number begins in the source. */
export function valueStart({ ranges }: TagScan, attribute: number): number {
  return ranges[rangesOfOne * attribute + 2] ?? 0;
}

export function valueEnd({ ranges }: TagScan, attribute: number): number {
  return ranges[rangesOfOne * attribute + 3] ?? 0;
}

/** Which of the names a range of the source spells; "" for none of them. */
function knownName({ buckets }: TagNames, source: string, start: number, end: number): string {
  const length = end - start;
  const alike = length > longestName ? undefined : buckets[bucketOf(source.charCodeAt(start), length)];
  if (alike === undefined) return "";
  for (let one = 0; one < alike.length; one += 1) {
    const name = alike[one] ?? "";
    if (isNamed(source, start, end, name)) return name;
  }
  return "";
}

/** The letters of ASCII count in either case, those of `name` are small ones. */
function isNamed(source: string, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false;
  for (let at = 0; at < name.length; at += 1) {
    const code = source.charCodeAt(start + at);
    if ((code >= 0x41 && code <= 0x5a ? code | 0x20 : code) !== name.charCodeAt(at)) return false;
  }
  return true;
}

/** Offset behind the next `mark`; the end of the source when there is none. */
function after(source: string, mark: string, from: number): number {
  const found = source.indexOf(mark, from);
  return found < 0 ? source.length : found + mark.length;
}

function declarationEnd(source: string, at: number): number {
  if (!source.startsWith("<!--", at)) return after(source, ">", at + 2);
  if (source.startsWith(">", at + 4)) return at + 5;
  if (source.startsWith("->", at + 4)) return at + 6;
  // Both `-->` and `--!>` end a comment; the search is for the dashes they share.
  for (let dash = source.indexOf("--", at + 4); dash >= 0; dash = source.indexOf("--", dash + 1)) {
    const next = source.charCodeAt(dash + 2);
    if (next === 0x3e) return dash + 3;
    if (next === 0x21 && source.charCodeAt(dash + 3) === 0x3e) return dash + 4;
  }
  return source.length;
}

function nameEnd(source: string, start: number): number {
  let at = start;
  for (; at < source.length; at += 1) {
    const code = source.charCodeAt(at);
    if (code === 0x3e || code === 0x2f || space(code)) break;
  }
  return at;
}

/** Offset behind the tag's `>`, -1 when it has none. Writes the attributes into `into` when the caller wants them. */
function attributesEnd(source: string, start: number, into: Int32Array | null): number {
  const { length } = source;
  let count = 0;
  let at = start;
  while (at < length) {
    const code = source.charCodeAt(at);
    if (code === 0x3e) {
      if (into !== null) into[countAt] = count;
      return at + 1;
    }
    if (code === 0x2f || space(code)) {
      at += 1;
      continue;
    }
    const nameStart = at;
    at += 1;
    for (; at < length; at += 1) {
      const next = source.charCodeAt(at);
      if (next === 0x3d || next === 0x3e || next === 0x2f || space(next)) break;
    }
    const nameStop = at;
    while (at < length && space(source.charCodeAt(at))) at += 1;
    let valueStart = nameStop;
    let valueStop = nameStop;
    if (source.charCodeAt(at) === 0x3d) {
      at += 1;
      while (at < length && space(source.charCodeAt(at))) at += 1;
      const quote = source.charCodeAt(at);
      if (quote === 0x22 || quote === 0x27) {
        valueStart = at + 1;
        valueStop = source.indexOf(quote === 0x22 ? '"' : "'", valueStart);
        if (valueStop < 0) return -1;
        at = valueStop + 1;
      } else {
        valueStart = at;
        for (; at < length; at += 1) {
          const next = source.charCodeAt(at);
          if (next === 0x3e || space(next)) break;
        }
        valueStop = at;
      }
    }
    if (into === null || nameStop - nameStart > longestName || count >= attributesKept) continue;
    const slot = rangesOfOne * count;
    into[slot] = nameStart;
    into[slot + 1] = nameStop;
    into[slot + 2] = valueStart;
    into[slot + 3] = valueStop;
    count += 1;
  }
  return -1;
}

/** Offset of the end tag of `name`; the end of the source when there is none. */
function rawTextEnd(source: string, start: number, name: string): number {
  for (let at = source.indexOf("</", start); at >= 0; at = source.indexOf("</", at + 2)) {
    const end = at + 2 + name.length;
    const code = source.charCodeAt(end);
    const ends = code === 0x3e || code === 0x2f || space(code);
    if (ends && source.slice(at + 2, end).toLowerCase() === name) return at;
  }
  return source.length;
}
