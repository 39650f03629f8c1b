import { createHash, hash } from "node:crypto";

import type { DigestState, Hex } from "../core/records.ts";
import { dechunked } from "./chunked.ts";
import type { ArchiveRecord } from "./record.ts";

/** Digests of the stored bytes, and whether they match those that the archive states. */
export interface RecordDigests {
  readonly blockSha256: Hex;
  readonly payloadSha256: Hex;
  readonly blockDigestState: DigestState;
  readonly payloadDigestState: DigestState;
}

/**
 * Computes SHA-256 of block and payload and verifies the stated digests (sha1, sha256, sha512, md5; base32, hex or
 * base64). A state is `unknown` when the algorithm is not known, or when bytes are missing (a capped block,
 * `WARC-Truncated`) and nothing matched. So is that of a payload outside this record, as revisits and segments have it.
 * @param payload HTTP body as stored, the block of other records; a digest of the body with its chunks joined is
 * accepted too
 * @param isPart whether bytes of the payload are missing because they are in other segments
 */
export function digestsOf(
  record: ArchiveRecord,
  payload: Buffer,
  isPart = record.segmentNumber !== null,
): RecordDigests {
  const { block, statedBlockDigest, statedPayloadDigest, blockCapped } = record;
  const whole = !blockCapped && record.truncated === null;
  const elsewhere = record.type === "revisit" || record.type === "continuation" || isPart;
  const blockSha256 = hexOf("sha256", block);
  const payloadSha256 = payload === block ? blockSha256 : hexOf("sha256", payload);
  const payloads = (): readonly Buffer[] => {
    const plain = dechunked(payload);
    return plain === null ? [payload] : [payload, plain.bytes];
  };
  return {
    blockSha256,
    payloadSha256,
    blockDigestState:
      blockCapped && statedBlockDigest !== null ? "unknown" : stateOf(statedBlockDigest, () => [block], whole),
    payloadDigestState: stateOf(statedPayloadDigest, payloads, whole && !elsewhere),
  };
}

/** `sha1:` and base32, as is usual in WARC files; computed over the bytes and then `more`. */
export function sha1Base32(bytes: Buffer, rest: Buffer | null = null): string {
  const digest =
    rest === null || rest.length === 0
      ? hash("sha1", bytes, "buffer")
      : createHash("sha1").update(bytes).update(rest).digest();
  return `sha1:${base32Of(digest)}`;
}

const algorithms: ReadonlyMap<string, string> = new Map([
  ["sha1", "sha1"],
  ["sha-1", "sha1"],
  ["sha256", "sha256"],
  ["sha-256", "sha256"],
  ["sha512", "sha512"],
  ["sha-512", "sha512"],
  ["md5", "md5"],
]);

function stateOf(stated: string | null, candidates: () => readonly Buffer[], whole: boolean): DigestState {
  if (stated === null) return "absent";
  const colon = stated.indexOf(":");
  const algorithm = algorithms.get(stated.slice(0, Math.max(0, colon)).trim().toLowerCase());
  if (algorithm === undefined) return "unknown";
  const value = stated.slice(colon + 1).trim();
  if (candidates().some((bytes) => sameDigest(createHash(algorithm).update(bytes).digest(), value))) return "match";
  return whole ? "mismatch" : "unknown";
}

function sameDigest(digest: Buffer, stated: string): boolean {
  const bare = stated.replace(/=+$/, "");
  if (bare.toUpperCase() === base32Of(digest) || bare.toLowerCase() === digest.toString("hex")) return true;
  return bare === digest.toString("base64url") || bare === digest.toString("base64").replace(/=+$/, "");
}

function hexOf(algorithm: string, bytes: Buffer): Hex {
  return createHash(algorithm).update(bytes).digest("hex");
}

const base32Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** RFC 4648, 6, without padding. */
function base32Of(bytes: Buffer): string {
  let [text, held, bits] = ["", 0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += base32Letters[(held >> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + base32Letters[(held << (5 - bits)) & 31];
}
