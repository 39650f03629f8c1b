import { isUtf8 } from "node:buffer";

/**
 * In UTF-8, without its byte order mark. RFC 9309 requires UTF-8, but a file in UTF-16, with a mark or without, still states
 * its owner's wishes.
 */
export function plainBytesOf(bytes: Buffer): Buffer {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3);
  const encoding = utf16Of(bytes);
  return encoding === null ? bytes : Buffer.from(new TextDecoder(encoding).decode(bytes));
}

/** By its mark; without one, by the empty halves of ASCII characters, of which every such file has many. */
function utf16Of(bytes: Buffer): "utf-16le" | "utf-16be" | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const empty = [0, 0];
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, at + 1)) empty[at % 2] = (empty[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = empty;
  if (Math.max(even, odd) * 16 < bytes.length || Math.min(even, odd) * 8 > Math.max(even, odd)) return null;
  return even > odd ? "utf-16be" : odd > 0 ? "utf-16le" : null;
}

/** A file of a site as text: UTF-8, or one character an octet where it is none. The last character may be cut in half. */
export function fileTextOf(bytes: Buffer): string {
  const plain = plainBytesOf(bytes);
  const text = plain.toString("utf8");
  return isUtf8(plain) || !text.slice(0, -1).includes("\uFFFD") ? text : plain.toString("latin1");
}
