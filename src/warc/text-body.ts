import { bodyLimits, decodedBody, headerOf, type BodyLimits, type DecodedBody } from "./http.ts";
import type { Fields } from "./record.ts";

/**
 * The body of a file that is known to be text, such as robots.txt. Servers name things as its codings that are none, such as
 * a charset: what is text as it stands, or once it is unpacked, is what its owner wrote. Anything else is as with `decodedBody`.
 */
export function textBodyOf(headers: Fields, payload: Buffer, limits: BodyLimits = bodyLimits): DecodedBody {
  const body = decodedBody(headers, payload, limits);
  if (!body.notes.some((note) => note === "coding-unknown" || note === "codings-too-many")) return body;
  const isChunked = /\bchunked\b/i.test(headerOf(headers, "transfer-encoding") ?? "");
  // Gzip is known by its first bytes; anything else comes back as it is.
  const codings: Fields = [
    ["content-encoding", "gzip"],
    ...(isChunked ? ([["transfer-encoding", "chunked"]] as const) : []),
  ];
  const plain = decodedBody(codings, payload, limits);
  if (hasControls(plain.bytes)) return body;
  // That gzip was only a guess says nothing of how the file was stored.
  const notes = plain.notes.filter((note) => note !== "stored-decoded" && !body.notes.includes(note));
  return { ...plain, notes: [...body.notes, ...notes] };
}

/** Octets that no text has and that packed bytes abound in. */
function hasControls(bytes: Buffer): boolean {
  return bytes.some((octet) => octet < 9 || (octet > 13 && octet < 32) || octet === 127);
}
