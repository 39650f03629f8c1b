const space = (byte: number | undefined): boolean =>
  byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d && byte !== 0x0b);
const letter = (byte: number | undefined): boolean =>
  byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;

interface Attribute {
  readonly name: string;
  readonly value: string;
  /** First byte after the attribute. */
  readonly end: number;
}

/**
 * The label that a `meta` element among the first bytes of a page declares, as written, or `null`.
 * Source: HTML Standard, 13.2.3.2 "prescan a byte stream to determine its encoding".
 */
export function metaCharset(head: Uint8Array): string | null {
  for (let at = 0; at < head.length; at++) {
    if (head[at] !== 0x3c) continue;
    if (startsWith(head, at, "<!--")) {
      at = commentEnd(head, at);
    } else if (startsWith(head, at, "<meta") && (space(head[at + 5]) || head[at + 5] === 0x2f)) {
      const found = labelOfMeta(head, at + 6);
      if (found.label !== null) return found.label;
      at = found.end;
    } else if (letter(head[at + 1]) || (head[at + 1] === 0x2f && letter(head[at + 2]))) {
      at++;
      while (at < head.length && !space(head[at]) && head[at] !== 0x3e) at++;
      for (let attribute = attributeAt(head, at); attribute !== null; attribute = attributeAt(head, at))
        at = attribute.end;
    } else if (head[at + 1] === 0x21 || head[at + 1] === 0x2f || head[at + 1] === 0x3f) {
      while (at < head.length && head[at] !== 0x3e) at++;
    }
  }
  return null;
}

/** Offset of the `>` that ends the comment; `<!-->` and `<!--->` are whole comments. */
function commentEnd(head: Uint8Array, start: number): number {
  for (let at = start + 4; at < head.length; at++) {
    if (head[at] === 0x3e && head[at - 1] === 0x2d && head[at - 2] === 0x2d) return at;
  }
  return head.length;
}

function labelOfMeta(head: Uint8Array, start: number): { readonly label: string | null; readonly end: number } {
  const seen = new Set<string>();
  let pragma = false;
  let needsPragma = false;
  let label: string | null = null;
  let end = start;
  for (let attribute = attributeAt(head, end); attribute !== null; attribute = attributeAt(head, end)) {
    end = attribute.end;
    if (seen.has(attribute.name)) continue;
    seen.add(attribute.name);
    if (attribute.name === "http-equiv") pragma = attribute.value === "content-type";
    if (attribute.name === "content" && label === null) {
      label = charsetParameter(attribute.value);
      needsPragma = label !== null;
    }
    if (attribute.name === "charset") {
      label = attribute.value;
      needsPragma = false;
    }
  }
  return { label: needsPragma && !pragma ? null : label, end };
}

/** Next attribute of a tag, lower-cased; `null` at the end of the tag or of the bytes. Source: HTML, "get an attribute". */
function attributeAt(head: Uint8Array, start: number): Attribute | null {
  let at = start;
  while (space(head[at]) || head[at] === 0x2f) at++;
  if (at >= head.length || head[at] === 0x3e) return null;
  const nameStart = at;
  while (
    at < head.length &&
    !space(head[at]) &&
    head[at] !== 0x2f &&
    head[at] !== 0x3e &&
    (head[at] !== 0x3d || at === nameStart)
  )
    at++;
  const name = lowerText(head, nameStart, at);
  while (space(head[at])) at++;
  if (head[at] !== 0x3d) return { name, value: "", end: at };
  at++;
  while (space(head[at])) at++;
  const quote = head[at];
  if (quote === 0x22 || quote === 0x27) {
    const valueStart = at + 1;
    at = valueStart;
    while (at < head.length && head[at] !== quote) at++;
    return at >= head.length ? null : { name, value: lowerText(head, valueStart, at), end: at + 1 };
  }
  const valueStart = at;
  while (at < head.length && !space(head[at]) && head[at] !== 0x3e) at++;
  return { name, value: lowerText(head, valueStart, at), end: at };
}

/**
 * The `charset=` of a media type or of a meta's content, quotes removed, or `null`.
 * Source: HTML Standard, "extracting a character encoding from a meta element".
 */
export function charsetParameter(text: string): string | null {
  const found = /charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)"|'([^']*)'|([^"'\t\n\f\r ;][^\t\n\f\r ;]*))/i.exec(text);
  return found?.[1] ?? found?.[2] ?? found?.[3] ?? null;
}

/** @param word in small letters */
function startsWith(head: Uint8Array, start: number, word: string): boolean {
  for (let at = 0; at < word.length; at++) {
    const byte = head[start + at] ?? 0;
    if ((byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte) !== word.charCodeAt(at)) return false;
  }
  return true;
}

function lowerText(head: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...head.subarray(start, end)).toLowerCase();
}
