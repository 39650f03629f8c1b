const anyEscape = /%[0-9a-fA-F]{2}/g;
const lowerCaseEscape = /%(?:[0-9A-F][a-f]|[a-f][0-9a-fA-F])/;
/** Letters, digits and `-._~`: they need no encoding (RFC 3986, 2.3). */
const unreservedEscape = /%(?:2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])/g;
const highOctet = /[\u0080-\u00ff]/;

/** Octets over 127 percent-encoded and all escapes in upper case. Source: RFC 9309, 2.2.2. */
export function escapedPath(octets: string): string {
  const ascii = highOctet.test(octets)
    ? octets.replaceAll(/[\u0080-\u00ff]/g, (octet) => `%${octet.charCodeAt(0).toString(16)}`)
    : octets;
  return lowerCaseEscape.test(ascii) ? ascii.replaceAll(anyEscape, (triplet) => triplet.toUpperCase()) : ascii;
}

/** An escaped path without unnecessary escapes. */
export function unreservedDecoded(escaped: string): string {
  if (!escaped.includes("%")) return escaped;
  return escaped.replaceAll(unreservedEscape, (triplet) => String.fromCharCode(Number.parseInt(triplet.slice(1), 16)));
}
