import { isUtf8 } from "node:buffer";

/** Without its byte order mark. RFC 9309 requires UTF-8, but a file in UTF-16 still states its owner's wishes. */
export function plainBytesOf(bytes: Buffer): Buffer {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3);
  const littleEndian = bytes[0] === 0xff && bytes[1] === 0xfe;
  if (!littleEndian && !(bytes[0] === 0xfe && bytes[1] === 0xff)) return bytes;
  return Buffer.from(new TextDecoder(littleEndian ? "utf-16le" : "utf-16be").decode(bytes));
}

/** A file of a site as text: UTF-8, or one character an octet where it is none. The last character may be cut in half. */
export function fileTextOf(bytes: Buffer): string {
  const plain = plainBytesOf(bytes);
  const text = plain.toString("utf8");
  return isUtf8(plain) || !text.slice(0, -1).includes("\uFFFD") ? text : plain.toString("latin1");
}
