import { isAscii, isUtf8 } from "node:buffer";

import type { Charset, Page } from "../../core/page.ts";
import { charsetParameter, metaCharset } from "./meta-charset.ts";

const prescanBytes = 1024;

/**
 * The encoding of a page: byte order mark, then the HTTP header, then the page's own declaration (`meta` in the first
 * 1,024 bytes, HTML only), else a guess: UTF-8 if all bytes are valid UTF-8, windows-1252 if not. A declared encoding
 * is used even when the bytes are not valid in it. Source: HTML Standard, 13.2.3.
 */
export function charsetOf(bytes: Uint8Array, contentTypeHeader: string | null, kind: Page["kind"]): Charset {
  const mark = byteOrderMark(bytes);
  if (mark !== null) return { name: mark, source: "bom" };
  const header = contentTypeHeader === null ? null : charsetParameter(contentTypeHeader);
  const fromHeader = header === null ? null : encodingOf(header);
  if (fromHeader !== null) return { name: fromHeader, source: "header" };
  const meta = kind === "html" ? metaCharset(latin1Of(bytes, prescanBytes)) : null;
  const fromMeta = meta === null ? null : encodingOf(meta);
  if (fromMeta !== null) return { name: metaEncoding(fromMeta), source: "meta" };
  return { name: isUtf8(bytes) ? "utf-8" : "windows-1252", source: "guess" };
}

/** Text of the bytes, byte order mark removed, what cannot be decoded as U+FFFD. Never throws for a `charsetOf` result. */
export function decode(bytes: Uint8Array, charset: Charset): string {
  if (!charset.name.startsWith("utf-16") && charset.name !== "iso-2022-jp" && isAscii(bytes)) {
    return latin1Of(bytes);
  }
  return new TextDecoder(charset.name).decode(bytes);
}

/** Each byte becomes the code unit of its value, so offsets in the text are those of the bytes. */
export function latin1Of({ buffer, byteOffset, byteLength }: Uint8Array, most = Infinity): string {
  return Buffer.from(buffer, byteOffset, Math.min(byteLength, most)).toString("latin1");
}

function byteOrderMark(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return "utf-8";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  return null;
}

/** WHATWG name of a label; `null` for an unknown label, and for `replacement`, whose decoder refuses everything. */
function encodingOf(label: string): string | null {
  const trimmed = label.trim().toLowerCase();
  // `x-user-defined` is a private-use encoding that no page means; HTML says what to use instead.
  if (trimmed === "x-user-defined") return "windows-1252";
  try {
    return new TextDecoder(trimmed).encoding;
  } catch {
    return null;
  }
}

/** A page whose `meta` can be read as ASCII cannot be UTF-16, whatever that `meta` says. */
function metaEncoding(name: string): string {
  return name === "utf-16le" || name === "utf-16be" ? "utf-8" : name;
}
