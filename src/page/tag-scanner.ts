/** A tag as it stands in the source: attributes are ranges of it, the first of a name counts. */
export interface ScannedTag {
  /** Lower case. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, readonly [start: number, end: number]>;
}

const space = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d && code !== 0x0b);
const letter = (code: number): boolean => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;

/** Elements whose content holds no tags. Source: HTML Standard, 13.2.6.4 (scripting off, so `noscript` is not one). */
const rawText = new Set(["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"]);
/** Of the names and attributes that anybody asks for. */
const longestName = "http-equiv".length;
const attributesKept = 64;

/**
 * Calls `visit` for the start tags that are wanted, in order; everything else is passed over, with no tree and no text.
 * One pass: no place of the source is looked at more than a few times. Source: HTML Standard, 13.2.5 (tokenization).
 * @param source text, or bytes as latin1: all of HTML's own syntax is ASCII
 * @param visit returns false to end the scan
 */
export function scanTags(source: string, wanted: ReadonlySet<string>, visit: (tag: ScannedTag) => boolean): void {
  for (let at = source.indexOf("<"); at >= 0; at = source.indexOf("<", at)) {
    const code = source.charCodeAt(at + 1);
    if (code === 0x21) at = declarationEnd(source, at);
    else if (code === 0x3f) at = after(source, ">", at + 2);
    else if (code === 0x2f) {
      const next = source.charCodeAt(at + 2);
      if (letter(next)) at = attributesEnd(source, nameEnd(source, at + 2), null) ?? source.length;
      else at = after(source, ">", at + 2);
    } else if (letter(code)) {
      const end = nameEnd(source, at + 1);
      const name = end - at - 1 > longestName ? "" : source.slice(at + 1, end).toLowerCase();
      if (name === "plaintext") return;
      const attributes = wanted.has(name) ? new Map<string, readonly [number, number]>() : null;
      const behind = attributesEnd(source, end, attributes);
      if (behind === null) return;
      at = behind;
      if (attributes !== null && !visit({ name, attributes })) return;
      if (rawText.has(name)) at = rawTextEnd(source, at, name);
    } else at += 1;
  }
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

/** Offset behind the tag's `>`, `null` when it has none. Fills `into` when the attributes are wanted. */
function attributesEnd(
  source: string,
  start: number,
  into: Map<string, readonly [number, number]> | null,
): number | null {
  const { length } = source;
  let at = start;
  while (at < length) {
    const code = source.charCodeAt(at);
    if (code === 0x3e) return at + 1;
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
        if (valueStop < 0) return null;
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
    if (into === null || nameStop - nameStart > longestName || into.size >= attributesKept) continue;
    const name = source.slice(nameStart, nameStop).toLowerCase();
    if (!into.has(name)) into.set(name, [valueStart, valueStop]);
  }
  return null;
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
