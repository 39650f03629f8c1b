/** The deepest that JSON of ours nests is a tenth of it. */
const deepest = 64;

/**
 * Is this JSON nested deeper than any of ours? Asked before it is parsed: a few megabytes of brackets become gigabytes of
 * objects, and functions that follow them run out of stack.
 * @param json in UTF-8; anything else is judged as well
 */
export function nestsTooDeep(json: Uint8Array): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === quote) at = stringEnd(json, at + 1);
    else if (byte === bracket || byte === brace) depth++;
    else if (byte === closingBracket || byte === closingBrace) depth--;
    if (depth > deepest) return true;
  }
  return false;
}

/** Position of the quotation mark that ends a string. */
function stringEnd(json: Uint8Array, start: number): number {
  let at = json.indexOf(quote, start);
  while (at !== -1) {
    let backslashes = 0;
    while (json[at - 1 - backslashes] === backslash && at - 1 - backslashes >= start) backslashes++;
    if (backslashes % 2 === 0) return at;
    at = json.indexOf(quote, at + 1);
  }
  return json.length;
}

const quote = 0x22;
const backslash = 0x5c;
const [bracket, closingBracket, brace, closingBrace] = [0x5b, 0x5d, 0x7b, 0x7d];
