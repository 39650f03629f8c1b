const lengths: Readonly<Record<string, number>> = { sha1: 20, sha256: 32 };
const letters = "abcdefghijklmnopqrstuvwxyz234567";

/**
 * A digest that an archive states (`sha1:BASE32`, `sha-256:HEX`) in one spelling, `sha1:HEX` in lower case; `null` for other
 * algorithms and what is none.
 */
export function hexDigestOf(stated: string): string | null {
  const [, name = "", value = ""] = /^\s*(sha-?1|sha-?256):([0-9a-z]+)=*\s*$/i.exec(stated) ?? [];
  const algorithm = name.toLowerCase().replace("-", "");
  const bytes = lengths[algorithm];
  if (bytes === undefined) return null;
  const text = value.toLowerCase();
  if (text.length === bytes * 2 && /^[0-9a-f]+$/.test(text)) return `${algorithm}:${text}`;
  if (text.length !== Math.ceil((bytes * 8) / 5) || !/^[a-z2-7]+$/.test(text)) return null;
  return `${algorithm}:${hexOfBase32(text, bytes)}`;
}

/** Source: RFC 4648, section 6. */
function hexOfBase32(text: string, bytes: number): string {
  let [held, bits, hex] = [0, 0, ""];
  for (const letter of text) {
    held = ((held << 5) | letters.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    hex += ((held >> bits) & 0xff).toString(16).padStart(2, "0");
  }
  return hex.slice(0, bytes * 2);
}
