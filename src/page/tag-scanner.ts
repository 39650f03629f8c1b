/** A tag as it stands in the source: the values of its attributes are ranges of that. Good only while it is visited. */
export interface ScannedTag {
  /** Lower case. */
  readonly name: string;
  /** Number of the first attribute of that name, which is the one that counts; -1 for none. @param name lower case */
  readonly find: (name: string) => number;
  /** Where the value of the attribute of that number begins in the source. */
  readonly start: (attribute: number) => number;
  readonly end: (attribute: number) => number;
}

const space = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d && code !== 0x0b);
const letter = (code: number): boolean => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;

/** Elements whose content holds no tags. Source: HTML Standard, 13.2.6.4 (scripting off, so `noscript` is not one). */
const rawText = new Set(["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"]);
/** Of the names and attributes that anybody asks for. */
const longestName = "http-equiv".length;
const attributesKept = 64;
/** Start and stop of name and value. */
const rangesOfOne = 4;
/** Where the number of attributes stands, behind their ranges. */
const countAt = rangesOfOne * attributesKept;

/**
 * Calls `visit` for the start tags that are wanted, in order; everything else is passed over, with no tree and no text.
 * One pass: no place of the source is looked at more than a few times. Source: HTML Standard, 13.2.5 (tokenization).
 * @param source text, or bytes as latin1: all of HTML's own syntax is ASCII
 * @param visit returns false to end the scan
 */
export function scanTags(source: string, wanted: ReadonlySet<string>, visit: (tag: ScannedTag) => boolean): void {
  const ranges = new Int32Array(countAt + 1);
  const looksKnown = lookOf([...wanted, ...rawText, "plaintext"]);
  const tag = {
    name: "",
    find(name: string): number {
      const count = ranges[countAt] ?? 0;
      for (let one = 0; one < count; one += 1) if (isNamed(source, ranges, one, name)) return one;
      return -1;
    },
    start: (one: number): number => ranges[rangesOfOne * one + 2] ?? 0,
    end: (one: number): number => ranges[rangesOfOne * one + 3] ?? 0,
  };
  for (let at = source.indexOf("<"); at >= 0; at = source.indexOf("<", at)) {
    const code = source.charCodeAt(at + 1);
    if (code === 0x21) at = declarationEnd(source, at);
    else if (code === 0x3f) at = after(source, ">", at + 2);
    else if (code === 0x2f) {
      const next = source.charCodeAt(at + 2);
      if (!letter(next)) at = after(source, ">", at + 2);
      else {
        at = attributesEnd(source, nameEnd(source, at + 2), null);
        if (at < 0) return;
      }
    } else if (letter(code)) {
      const end = nameEnd(source, at + 1);
      const name = looksKnown(code, end - at - 1) ? source.slice(at + 1, end).toLowerCase() : "";
      if (name === "plaintext") return;
      const isWanted = name !== "" && wanted.has(name);
      at = attributesEnd(source, end, isWanted ? ranges : null);
      if (at < 0) return;
      if (isWanted) {
        tag.name = name;
        if (!visit(tag)) return;
      }
      if (name !== "" && rawText.has(name)) at = rawTextEnd(source, at, name);
    } else at += 1;
  }
}

/** Tells by first letter and length that a name is none of those, which is so for most tags of a page. */
function lookOf(names: readonly string[]): (firstLetter: number, length: number) => boolean {
  const looks = new Uint8Array(32 * (longestName + 1));
  const lookAt = (firstLetter: number, length: number): number => 32 * length + (firstLetter & 31);
  for (const name of names) looks[lookAt(name.charCodeAt(0), name.length)] = 1;
  return (firstLetter, length) => length <= longestName && looks[lookAt(firstLetter, length)] === 1;
}

/** The letters of ASCII count in either case, those of `name` are small ones. */
function isNamed(source: string, ranges: Int32Array, attribute: number, name: string): boolean {
  const start = ranges[rangesOfOne * attribute] ?? 0;
  if ((ranges[rangesOfOne * attribute + 1] ?? 0) - start !== name.length) return false;
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
  // Both `-->` and `--!>` end a comment; the search is for what they share.
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

/** Offset behind the tag's `>`, -1 when it has none. Fills `into` when the attributes are wanted. */
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
