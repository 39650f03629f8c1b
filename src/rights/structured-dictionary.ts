import { ParseError, parseDictionary, Token } from "structured-headers";

/** A member of a dictionary: its token, or `null` when the value is of another type. */
export type DictionaryMember = string | null;

/** Code units that are read: 64 KiB take about 0.1 s, and servers send heads of at most that. */
export const dictionaryLimit = 64 * 1024;

/**
 * A date where a value may begin. It is an integer behind an `@` (RFC 9651, 4.2.9), which structured-headers 2.1.0
 * reads only at the end of the text.
 */
const date = /([=( ])@(?=-?\d{1,15}(?![\d.]))/g;

/**
 * Reads a Structured Field dictionary of which only token values matter; the last of equal keys wins.
 * @param text all fields of the name, joined by commas
 * @returns `null` when it cannot be parsed or is over `dictionaryLimit`, which voids all of it
 * Source: RFC 9651, section 4.2.2.
 */
export function structuredDictionaryOf(text: string): ReadonlyMap<string, DictionaryMember> | null {
  if (text.length > dictionaryLimit) return null;
  try {
    const members = new Map<string, DictionaryMember>();
    // Neither a date nor an integer is a token, so one can replace the other.
    for (const [key, [value]] of parseDictionary(text.replaceAll(date, "$1")))
      members.set(key, value instanceof Token ? value.toString() : null);
    return members;
  } catch (error) {
    if (error instanceof ParseError) return null;
    throw error;
  }
}
