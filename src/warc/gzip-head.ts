/**
 * Bytes of the gzip header at the start of `bytes`; `null` when more bytes are needed, -1 when there is no header.
 * Source: RFC 1952, 2.3.
 */
export function gzipHeadBytes(bytes: Buffer): number | null {
  if (bytes.length < 10) return null;
  const flags = bytes[3] ?? 0;
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8 || (flags & 0xe0) !== 0) return -1;
  let at = 10;
  if ((flags & 4) !== 0) {
    if (bytes.length < at + 2) return null;
    at += 2 + bytes.readUInt16LE(at);
  }
  for (const named of [8, 16]) {
    if ((flags & named) === 0) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) return null;
    at = end + 1;
  }
  if ((flags & 2) !== 0) at += 2;
  return at > bytes.length ? null : at;
}

/** Position of the next possible start of a gzip member at or after `from`, or -1. */
export function gzipMagicIn(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(magic, from); at >= 0; at = bytes.indexOf(magic, at + 1)) {
    if (at + 3 >= bytes.length || ((bytes[at + 3] ?? 0) & 0xe0) === 0) return at;
  }
  return -1;
}

const magic = Buffer.from([0x1f, 0x8b, 0x08]);
