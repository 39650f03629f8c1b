/** True when nothing in it would be changed, as with most addresses. */
const plain = /^[\w\-.~!$&'()*+,;=:@/?]*$/;

/**
 * Percent-encoding in one spelling: unreserved letters unescaped, hexadecimal digits in upper case, a stray percent
 * sign escaped. Characters that RFC 3986 forbids in a path or query, but the WHATWG parser leaves alone, are escaped
 * too.
 */
export function normalEscapes(text: string): string {
  if (plain.test(text)) return text;
  return text.replaceAll(/%[0-9a-f]{2}|[^\w\-.~!$&'()*+,;=:@/?]/gi, (found) => {
    if (found.length < 3) return found === "%" ? "%25" : encodeURIComponent(found);
    const letter = String.fromCharCode(Number.parseInt(found.slice(1), 16));
    return /[\w\-.~]/.test(letter) ? letter : found.toUpperCase();
  });
}
