/** Beyond the end of the text a code is NaN, which is neither. */
const space = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d && code !== 0x0b);
const letter = (code: number): boolean => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;

interface Attribute {
  readonly name: string;
  readonly value: string;
  /** Offset behind the attribute. */
  readonly end: number;
}

/**
 * The label that a `meta` element among the first bytes of a page declares, as written, or `null`.
 * Source: HTML Standard, 13.2.3.2 "prescan a byte stream to determine its encoding".
 * @param head bytes as latin1
 */
export function metaCharset(head: string): string | null {
  for (let at = 0; at < head.length; at++) {
    if (head.charCodeAt(at) !== 0x3c) continue;
    if (startsWith(head, at, "<!--")) {
      at = commentEnd(head, at);
    } else if (startsWith(head, at, "<meta") && (space(head.charCodeAt(at + 5)) || head.charCodeAt(at + 5) === 0x2f)) {
      const found = labelOfMeta(head, at + 6);
      if (found.label !== null) return found.label;
      at = found.end;
    } else if (
      letter(head.charCodeAt(at + 1)) ||
      (head.charCodeAt(at + 1) === 0x2f && letter(head.charCodeAt(at + 2)))
    ) {
      at++;
      while (at < head.length && !space(head.charCodeAt(at)) && head.charCodeAt(at) !== 0x3e) at++;
      for (let attribute = attributeAt(head, at); attribute !== null; attribute = attributeAt(head, at))
        at = attribute.end;
    } else if (
      head.charCodeAt(at + 1) === 0x21 ||
      head.charCodeAt(at + 1) === 0x2f ||
      head.charCodeAt(at + 1) === 0x3f
    ) {
      while (at < head.length && head.charCodeAt(at) !== 0x3e) at++;
    }
  }
  return null;
}

/** Offset of the `>` that ends the comment; `<!-->` and `<!--->` are whole comments. */
function commentEnd(head: string, start: number): number {
  for (let at = start + 4; at < head.length; at++) {
    if (head.charCodeAt(at) === 0x3e && head.charCodeAt(at - 1) === 0x2d && head.charCodeAt(at - 2) === 0x2d) return at;
  }
  return head.length;
}

function labelOfMeta(head: string, start: number): { readonly label: string | null; readonly end: number } {
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
function attributeAt(head: string, start: number): Attribute | null {
  let at = start;
  while (space(head.charCodeAt(at)) || head.charCodeAt(at) === 0x2f) at++;
  if (at >= head.length || head.charCodeAt(at) === 0x3e) return null;
  const nameStart = at;
  while (
    at < head.length &&
    !space(head.charCodeAt(at)) &&
    head.charCodeAt(at) !== 0x2f &&
    head.charCodeAt(at) !== 0x3e &&
    (head.charCodeAt(at) !== 0x3d || at === nameStart)
  )
    at++;
  const name = lowerText(head, nameStart, at);
  while (space(head.charCodeAt(at))) at++;
  if (head.charCodeAt(at) !== 0x3d) return { name, value: "", end: at };
  at++;
  while (space(head.charCodeAt(at))) at++;
  const quote = head.charCodeAt(at);
  if (quote === 0x22 || quote === 0x27) {
    const valueStart = at + 1;
    at = valueStart;
    while (at < head.length && head.charCodeAt(at) !== quote) at++;
    return at >= head.length ? null : { name, value: lowerText(head, valueStart, at), end: at + 1 };
  }
  const valueStart = at;
  while (at < head.length && !space(head.charCodeAt(at)) && head.charCodeAt(at) !== 0x3e) at++;
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

/** @param word in lower case */
function startsWith(head: string, start: number, word: string): boolean {
  return head.charCodeAt(start) === word.charCodeAt(0) && lowerText(head, start, start + word.length) === word;
}

function lowerText(head: string, start: number, end: number): string {
  return head.slice(start, end).toLowerCase();
}
