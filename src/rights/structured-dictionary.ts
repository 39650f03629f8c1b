/** A member of a dictionary: its token, or `null` when the value is of another type. */
export type DictionaryMember = string | null;

const key = /[a-z*][a-z0-9_.*-]*/y;
const token = /[A-Za-z*][\w!#$%&'*+.^`|~:/-]*/y;
const optionalSpace = /[ \t]*/y;
const spaces = / */y;
/** String, display string, number, bytes, boolean, date: their alternatives are disjoint, so each is read in one pass. */
const otherItems = [
  /"(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/y,
  /%"(?:[\x20-\x21\x23-\x24\x26-\x7e]|%[0-9a-f]{2})*"/y,
  /-?(?:\d{1,12}\.\d{1,3}|\d{1,15})(?![\d.])/y,
  /:[A-Za-z0-9+/=]*:/y,
  /\?[01]/y,
  /@-?\d{1,15}(?!\d)/y,
];

/**
 * Reads a Structured Field dictionary of which only token values matter; the last of equal keys wins.
 * @returns `null` when the field cannot be parsed, which voids all of it
 * Source: RFC 9651, section 4.2.2.
 */
export function structuredDictionaryOf(text: string): ReadonlyMap<string, DictionaryMember> | null {
  const members = new Map<string, DictionaryMember>();
  let at = end(spaces, text, 0) ?? 0;
  const length = text.replace(/ +$/, "").length;
  if (at >= length) return members;
  for (;;) {
    const keyEnd = end(key, text, at);
    if (keyEnd === null) return null;
    const name = text.slice(at, keyEnd);
    const value = text[keyEnd] === "=" ? memberAt(text, keyEnd + 1) : { token: null, end: keyEnd };
    const valueEnd = value === null ? null : parametersEnd(text, value.end);
    if (value === null || valueEnd === null) return null;
    members.delete(name);
    members.set(name, value.token);
    at = end(optionalSpace, text, valueEnd) ?? valueEnd;
    if (at >= length) return members;
    if (text[at] !== ",") return null;
    at = end(optionalSpace, text, at + 1) ?? at;
    if (at >= length) return null;
  }
}

interface Parsed {
  readonly token: DictionaryMember;
  readonly end: number;
}

function memberAt(text: string, start: number): Parsed | null {
  return text[start] === "(" ? innerListAt(text, start + 1) : itemAt(text, start);
}

function itemAt(text: string, start: number): Parsed | null {
  const tokenEnd = end(token, text, start);
  if (tokenEnd !== null) return { token: text.slice(start, tokenEnd), end: tokenEnd };
  for (const pattern of otherItems) {
    const itemEnd = end(pattern, text, start);
    if (itemEnd !== null) return { token: null, end: itemEnd };
  }
  return null;
}

function innerListAt(text: string, start: number): Parsed | null {
  let at = end(spaces, text, start) ?? start;
  while (at < text.length) {
    if (text[at] === ")") return { token: null, end: at + 1 };
    const item = itemAt(text, at);
    const itemEnd = item === null ? null : parametersEnd(text, item.end);
    if (itemEnd === null) return null;
    at = end(spaces, text, itemEnd) ?? itemEnd;
    if (at === itemEnd && text[at] !== ")") return null;
  }
  return null;
}

/** Parameters say nothing here, but must be well-formed. */
function parametersEnd(text: string, start: number): number | null {
  let at = start;
  while (text[at] === ";") {
    const nameStart = end(spaces, text, at + 1) ?? at + 1;
    const nameEnd = end(key, text, nameStart);
    if (nameEnd === null) return null;
    at = nameEnd;
    if (text[at] !== "=") continue;
    const value = itemAt(text, at + 1);
    if (value === null) return null;
    at = value.end;
  }
  return at;
}

function end(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}
