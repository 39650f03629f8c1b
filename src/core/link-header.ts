/** One link of an HTTP `Link` header. */
export interface HeaderLink {
  readonly target: string;
  /** Names in lower case; the first value of each. */
  readonly parameters: ReadonlyMap<string, string>;
}

const linkLimit = 200;

/**
 * Reads a `Link` field value, which may hold several links; what cannot be read is skipped up to the next `<`. One
 * pass: each code unit is read a constant number of times. Source: RFC 8288, section 3 and appendix B.3.
 */
export function headerLinksOf(value: string): HeaderLink[] {
  const links: HeaderLink[] = [];
  let at = value.indexOf("<");
  while (at !== -1 && links.length < linkLimit) {
    const close = value.indexOf(">", at);
    if (close === -1) break;
    const { parameters, end } = parametersAt(value, close + 1);
    links.push({ target: value.slice(at + 1, close).trim(), parameters });
    at = value.indexOf("<", end);
  }
  return links;
}

/** Reads `;name=value` pairs up to a comma outside quotes, or the end. */
function parametersAt(
  value: string,
  start: number,
): { readonly parameters: ReadonlyMap<string, string>; readonly end: number } {
  const parameters = new Map<string, string>();
  let at = start;
  while (at < value.length && value[at] !== ",") {
    if (value[at] !== ";") {
      at += 1;
      continue;
    }
    const nameEnd = endOf(value, at + 1, "=;,");
    const name = value
      .slice(at + 1, nameEnd)
      .trim()
      .toLowerCase();
    at = nameEnd;
    let text = "";
    if (value[at] === "=") {
      const from = skipSpace(value, at + 1);
      const quoted = value[from] === '"';
      at = quoted ? closingQuote(value, from + 1) : endOf(value, from, ";,");
      text = quoted ? value.slice(from + 1, at).replace(/\\(.)/gs, "$1") : value.slice(from, at).trim();
    }
    if (name !== "" && !parameters.has(name)) parameters.set(name, text);
  }
  return { parameters, end: at };
}

function endOf(value: string, start: number, stops: string): number {
  let at = start;
  while (at < value.length && !stops.includes(value.charAt(at))) at += 1;
  return at;
}

function skipSpace(value: string, start: number): number {
  let at = start;
  while (value[at] === " " || value[at] === "\t") at += 1;
  return at;
}

/** Index of the quote that ends the string; the end of the text when there is none. */
function closingQuote(value: string, start: number): number {
  let at = start;
  while (at < value.length && value[at] !== '"') at += value[at] === "\\" ? 2 : 1;
  return Math.min(at, value.length);
}
