import { createHash } from "node:crypto";

import type { CopiedArchive } from "../commoncrawl/copy.ts";
import type { Hex } from "../core/records.ts";
import { appendSegment, holdsCapture, holdsSlice } from "../ledger/append-segment.ts";
import { noteArchiveCopy, slicesOf, type KnownSlice } from "../ledger/archives.ts";
import type { Ledger } from "../ledger/open.ts";
import { hostOf, splitUrl } from "../ledger/rows.ts";
import { isWholeSegment, openSegment } from "../segment/read.ts";
import { domainOfHost } from "../url/registrable-domain.ts";
import { checkedCaptures } from "./checked-captures.ts";
import type { Run } from "./run.ts";

/**
 * Adds a segment to all partitions, to each the captures of its domains. The one that has the archive's bytes comes last:
 * a slice that it knows is whole in all of them. What a killed run had placed stays where it is, whatever the list of
 * suffixes said then.
 */
export function collectSegment(
  { corpus, ledgers }: Pick<Run, "corpus" | "ledgers">,
  archive: Hex,
  index: number,
  segmentSha256: Hex,
): void {
  using segment = openSegment(corpus.segments, segmentSha256);
  const input = { archive, index, head: segment.head, segmentSha256 };
  const [only] = ledgers;
  if (ledgers.length === 1 && only !== undefined) {
    appendSegment(only, { ...input, captures: checkedCaptures(segment) });
    return;
  }
  const home = partitionOfArchive(archive, ledgers.length);
  const there = ledgers.map((ledger) => holdsSlice(ledger, archive, index));
  const rows = [...checkedCaptures(segment)].map((row, position) => {
    const known = ledgers.findIndex((ledger, number) => there[number] === true && holdsCapture(ledger, row.id));
    const own = known < 0 ? partitionOfUrl(row.url, ledgers.length) : known;
    return { row, position, partition: known < 0 && there[own] === true ? home : own };
  });
  for (const [number, ledger] of [...ledgers.entries()].sort(([a], [b]) => Number(a === home) - Number(b === home))) {
    const own = rows.filter(({ partition }) => partition === number);
    const share = { positions: own.map(({ position }) => position), account: number === home };
    appendSegment(ledger, { ...input, captures: own.map(({ row }) => row), share });
  }
}

/**
 * The slices of an archive that are in the ledger, in order. One that a killed run appended to some partitions only is
 * finished first, from the segment that they name: another version of the program would measure another. One whose segment was
 * damaged meanwhile is measured again, and must come to the same.
 */
export function wholeSlices(run: Pick<Run, "corpus" | "ledgers">, archive: Hex): readonly KnownSlice[] {
  const { ledgers } = run;
  const home = partitionOfArchive(archive, ledgers.length);
  const known = (ledger: Ledger): KnownSlice[] => slicesOf(ledger, archive);
  const whole = ledgers.slice(home, home + 1).flatMap(known);
  const begun = ledgers.flatMap((ledger) => known(ledger).filter(({ index }) => index === whole.length))[0];
  if (begun === undefined || !isWholeSegment(run.corpus.segments, begun.segmentSha256)) return whole;
  collectSegment(run, archive, begun.index, begun.segmentSha256);
  return ledgers.slice(home, home + 1).flatMap(known);
}

/** Notes which archives are whole files of somebody else's crawl; selected records say so themselves. */
export function noteWholeCopies({ ledgers }: Pick<Run, "ledgers">, copied: readonly CopiedArchive[]): void {
  for (const { path, whole } of copied) {
    if (whole !== null) for (const ledger of ledgers) noteArchiveCopy(ledger, path, whole.crawl, whole.file);
  }
}

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
