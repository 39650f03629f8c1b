import type { LossReason } from "../core/archive-faults.ts";
import type { Feed } from "./feed.ts";

/** One compressed member (gzip) or frame (zstd), unpacked. */
export interface Member {
  readonly kind: "member";
  /** Compressed bytes, header and trailer included. */
  readonly length: number;
  readonly feed: Feed;
  /** The file ends inside it: this is what could be unpacked, and no checksum confirms it. */
  readonly torn: boolean;
  /** Ends the reading of a member that is too large to be held. */
  readonly close: () => void;
}

/** A member whose bytes cannot be trusted, or a frame that holds none. */
export type Unpacked =
  | Member
  | { readonly kind: "broken"; readonly reason: LossReason; readonly detail: string }
  | { readonly kind: "dictionary"; readonly length: number; readonly dictionary: Buffer }
  | { readonly kind: "skip"; readonly length: number; readonly detail: string };

/** Unpacked bytes that are held in memory; a larger member is read twice as a stream: to check it, then to use it. */
export const heldBytes = 32 << 20;
/** Packed bytes that are held in memory; a larger member is streamed too. */
export const packedViews = [64 << 10, 4 << 20, 16 << 20] as const;
/** A large stream that unpacks to more than this many times its size is treated as a bomb. */
const maxRatio = 200;
const freeBytes = 256 << 20;

/** True when a stream's ratio is beyond what any archive needs. */
export function isBomb(packedBytes: number, unpackedBytes: number): boolean {
  return unpackedBytes > freeBytes && unpackedBytes > maxRatio * packedBytes;
}

export const bomb: Unpacked = {
  kind: "broken",
  reason: "ratio-limit",
  detail: `unpacks to over ${freeBytes} bytes and ${maxRatio} times its size; unpacking was stopped`,
};

/** The code of a zlib error, its message for others. */
export function zlibCodeOf(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code ?? String(error);
}
