/** Quotes are kept for people to check; 300 code units show a sentence and its neighbours. */
export const quoteLength = 300;

/** The longest address or identifier that is kept; real licence addresses have under 200 code units. */
export const valueLength = 2048;

/** The first `length` code units at most, never ending in half a surrogate pair. */
export function cut(text: string, length: number): string {
  return text.length <= length
    ? text.toWellFormed()
    : text
        .slice(0, length)
        .toWellFormed()
        .replace(/\uFFFD$/, "");
}

/** The words around `start`..`end`, white space folded, at most `quoteLength` code units. */
export function quoteAround(text: string, start: number, end: number): string {
  const spare = Math.max(0, quoteLength - (end - start)) >> 1;
  const from = Math.max(0, start - spare);
  return quoteOf(text.slice(from, from + quoteLength));
}

/** The beginning of `text` as a quote. */
export function quoteOf(text: string): string {
  const head = cut(text, quoteLength * 4);
  return cut(head.replace(/\s+/g, " ").trim(), quoteLength);
}
