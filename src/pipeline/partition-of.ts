import { createHash } from "node:crypto";

import type { Hex } from "../core/records.ts";
import { domainOfHost } from "../url/registrable-domain.ts";
import { hostOf, splitUrl } from "../ledger/rows.ts";

/**
 * Number of the partition that an address belongs to: the first 4 bytes of the SHA-256 of its registrable domain (of its
 * host when it has none, of nothing when it has no host), modulo `count`. The suffix list changes with time: what has been
 * placed stays where it is.
 */
export function partitionOfUrl(url: string, count: number): number {
  return partitionOf(domainOfHost(hostOf(splitUrl(url)[0])), count);
}

/** Number of the partition that has the bytes of an archive in its account. */
export function partitionOfArchive(sha256: Hex, count: number): number {
  return partitionOf(sha256, count);
}

function partitionOf(name: string, count: number): number {
  return createHash("sha256").update(name).digest().readUInt32BE() % count;
}
