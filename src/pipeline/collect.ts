import { createHash } from "node:crypto";
import { rmSync } from "node:fs";

import type { CopiedArchive } from "../commoncrawl/copy.ts";
import { hostOfUrl } from "../core/address/host.ts";
import type { Hex } from "../core/records.ts";
import { appendSegment, holdsCapture, segmentHeld } from "../ledger/append-segment.ts";
import { noteArchiveCopy, slicesOf, type KnownSlice } from "../ledger/archives.ts";
import type { Ledger } from "../ledger/open.ts";
import { segmentPath } from "../segment/format.ts";
import { isWholeSegment, openSegment } from "../segment/read.ts";
import { domainOfHost } from "../url/registrable-domain.ts";
import { checkedCaptures } from "./checked-captures.ts";
import type { Run } from "./run.ts";

/**
 * Adds a segment to all partitions, to each the captures of its domains. The one that has the archive's bytes comes last:
 * a slice that it knows is whole in all of them. What a killed run had placed stays where it is, whatever the list of
 * suffixes said then.
 */
export function collectSegment(run: Collecting, archive: Hex, index: number, segmentSha256: Hex): void {
  placeSegment(run, { archive, index, segmentSha256 }, run.remeasure === true);
}

type Collecting = Pick<Run, "corpus" | "ledgers" | "remeasure">;

/** @param replaces takes out what another segment brought of the slice, and that segment with it when all partitions are done */
function placeSegment(run: Collecting, named: NamedSegment, replaces: boolean): void {
  const { corpus, ledgers } = run;
  const held = ledgers.map((ledger) => segmentHeld(ledger, named.archive, named.index));
  addToPartitions(run, named, held, replaces);
  if (!replaces) return;
  for (const old of new Set(held)) {
    if (old !== null && old !== named.segmentSha256) rmSync(segmentPath(corpus.segments, old), { force: true });
  }
}

/** @param held segments by which the partitions have the slice */
function addToPartitions(
  { corpus, ledgers }: Collecting,
  { archive, index, segmentSha256 }: NamedSegment,
  held: readonly (Hex | null)[],
  replaces: boolean,
): void {
  using segment = openSegment(corpus.segments, segmentSha256);
  const input = { archive, index, head: segment.head, segmentSha256, replaces };
  const [only] = ledgers;
  if (ledgers.length === 1 && only !== undefined) {
    appendSegment(only, { ...input, captures: checkedCaptures(segment) });
    return;
  }
  const home = partitionOfArchive(archive, ledgers.length);
  const there = held.map((one) => one === segmentSha256);
  const rows = [...checkedCaptures(segment)].map((row, position) => {
    // What is replaced may be in any of them, and a capture stays in its partition.
    const known = ledgers.findIndex(
      (ledger, number) => (replaces || there[number] === true) && holdsCapture(ledger, row.id),
    );
    const own = known < 0 ? partitionOfUrl(row.url, ledgers.length) : known;
    return { row, position, partition: known < 0 && there[own] === true ? home : own };
  });
  for (const [number, ledger] of [...ledgers.entries()].sort(([a], [b]) => Number(a === home) - Number(b === home))) {
    const own = rows.filter(({ partition }) => partition === number);
    const share = { positions: own.map(({ position }) => position), account: number === home };
    appendSegment(ledger, { ...input, captures: own.map(({ row }) => row), share });
  }
}

/** A slice, and what was measured of it. */
interface NamedSegment {
  readonly archive: Hex;
  readonly index: number;
  readonly segmentSha256: Hex;
}

/**
 * The slices of an archive that are in the ledger, in order. One that a killed run appended to some partitions only, or
 * replaced in some only, is finished first, from the segment that they name: another version of the program would measure
 * another. One whose segment was damaged meanwhile is measured again, and must come to the same.
 */
export function wholeSlices(run: Collecting, archive: Hex): readonly KnownSlice[] {
  const { ledgers } = run;
  const home = partitionOfArchive(archive, ledgers.length);
  const known = (ledger: Ledger): KnownSlice[] => slicesOf(ledger, archive);
  const whole = ledgers.slice(home, home + 1).flatMap(known);
  // The home partition is written last: it is never ahead of another.
  const isAhead = ({ index, segmentSha256 }: KnownSlice): boolean =>
    index <= whole.length && whole[index]?.segmentSha256 !== segmentSha256;
  const begun = ledgers.flatMap((ledger) => known(ledger).filter(isAhead))[0];
  if (begun === undefined || !isWholeSegment(run.corpus.segments, begun.segmentSha256)) return whole;
  placeSegment(run, { ...begun, archive }, true);
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
  return partitionOf(domainOfHost(hostOfUrl(url)), count);
}

/** Number of the partition that has the bytes of an archive in its account. */
export function partitionOfArchive(sha256: Hex, count: number): number {
  return partitionOf(sha256, count);
}

function partitionOf(name: string, count: number): number {
  return createHash("sha256").update(name).digest().readUInt32BE() % count;
}
