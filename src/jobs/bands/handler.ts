import { eachOf } from "../../async/limit.ts";
import { yieldToEventLoop } from "../../async/yield.ts";
import { PipelineError } from "../../core/errors.ts";
import { inSegmentOrder, locationOf, ranksOf, type TextLocation } from "../../core/text-order.ts";
import { bandEdges, bandsOfPart, textsWithWords } from "../../dedup/band-edges.ts";
import { bandKeyOf } from "../../dedup/bands.ts";
import { bucketsOf } from "../../dedup/buckets.ts";
import { emptySlot, equalSlots, signatureSlots } from "../../dedup/signature.ts";
import type { JobHandler } from "../../queue/queue.ts";
import type { SegmentCache } from "../../segment/cache.ts";
import { storedSignatures } from "../../segment/read.ts";
import { edgesName, snapshotName } from "../../store/layout.ts";
import { getNamed } from "../../store/own-digest.ts";
import type { Store } from "../../store/store.ts";
import { payloadOf } from "../checked-json.ts";
import { refuseOtherVersion } from "../version-check.ts";
import { bandsAsk, type BandsAsk } from "./contract.ts";
import { edgesBytes } from "./edges-codec.ts";
import { snapshotOf, type ClusterSnapshot } from "./snapshot-codec.ts";

export interface BandsWork {
  readonly store: Store;
  readonly segments: SegmentCache;
  readonly software: string;
}

/** Some bands of a snapshot in, the pairs that they join in the store. Pairs that are there already are the answer. */
export function bandsHandler({ store, segments, software }: BandsWork): JobHandler {
  return async (job, { signal, progress }) => {
    const ask = payloadOf(bandsAsk, job);
    const name = edgesName(ask.snapshot, ask.part, ask.of);
    if ((await store.size(name, signal)) !== null) return { edges: name };
    const { software: wanted, texts } = await storedSnapshot(store, ask, signal);
    refuseOtherVersion(wanted, software);
    const bands = bandsOfPart(ask.part, ask.of);
    const order = inSegmentOrder(texts);
    const ranks = ranksOf(order);
    const from: SignaturesFrom = { store, texts, signal };
    const keys = await bandKeys(from, order, bands);
    const { count, hasWord } = { count: texts.length, hasWord: (textIndex: number) => keys.hasWord[textIndex] === 1 };
    const keyOf = (textIndex: number, band: number): number => keys.byBand.get(band)?.[textIndex] ?? 0;
    const candidates = await candidatesOf(textsWithWords({ count, hasWord }), keyOf, bands);
    const signatures = await signaturesOf(
      from,
      order.filter((textIndex) => candidates.has(textIndex)),
    );
    const edges = await bandEdges(
      {
        count,
        hasWord,
        keyOf,
        rankOf: (textIndex) => ranks[textIndex] ?? 0,
        equalSlots: (a, b) => equalSlots(signatures.slots, signatures.rankOf(a), signatures.rankOf(b)),
        textOf: async (textIndex) => {
          await yieldToEventLoop();
          const { segmentSha256, position } = locationOf(texts, textIndex);
          return segments.text(segmentSha256, position, signal);
        },
      },
      bands,
      async (done) => {
        if (signal.aborted) throw new PipelineError("interrupted", "the worker is stopping");
        progress(done / bands.length);
        await yieldToEventLoop();
      },
    );
    await store.put(name, edgesBytes(edges), signal);
    return { edges: name };
  };
}

async function storedSnapshot(store: Store, { snapshot }: BandsAsk, signal: AbortSignal): Promise<ClusterSnapshot> {
  const name = snapshotName(snapshot);
  const bytes = await getNamed(store, { name, sha256: snapshot }, signal);
  const found = bytes === null ? null : snapshotOf(bytes);
  if (found !== null) return found;
  // One that is missing may be on its way to this machine.
  if (bytes === null)
    throw new PipelineError("segment-broken", `${store.place} has no ${name}; cluster again`, { name });
  throw new PipelineError("object-broken", `${name} of ${store.place} is broken: it is no list of texts`, { name });
}

/** The texts of a snapshot, and where their signatures are read from. */
interface SignaturesFrom {
  readonly store: Store;
  readonly texts: readonly TextLocation[];
  readonly signal: AbortSignal;
}

interface BandKeys {
  readonly byBand: ReadonlyMap<number, Uint32Array>;
  readonly hasWord: Uint8Array;
}

/** Reads every signature once and keeps of it the keys of these bands: 4 bytes a text and band. */
async function bandKeys(from: SignaturesFrom, order: Int32Array, bands: readonly number[]): Promise<BandKeys> {
  const { length } = from.texts;
  const byBand = new Map(bands.map((band) => [band, new Uint32Array(length)]));
  const hasWord = new Uint8Array(length);
  const signature = new Uint32Array(signatureSlots);
  await eachSignature(from, order, (textIndex, read) => {
    read(signature, 0);
    hasWord[textIndex] = signature[0] === emptySlot ? 0 : 1;
    for (const [band, keys] of byBand) keys[textIndex] = bandKeyOf(signature, 0, band);
  });
  return { byBand, hasWord };
}

/** Marks the texts that share one of these bands with another; only their signatures will be needed again. */
async function candidatesOf(
  withWords: Int32Array,
  keyOf: (textIndex: number, band: number) => number,
  bands: readonly number[],
): Promise<ReadonlySet<number>> {
  const candidates = new Set<number>();
  for (const band of bands) {
    for (const bucket of bucketsOf((textIndex) => keyOf(textIndex, band), withWords)) {
      for (const textIndex of bucket) candidates.add(textIndex);
    }
    await yieldToEventLoop();
  }
  return candidates;
}

interface Signatures {
  readonly slots: Uint32Array;
  /** Which signature of `slots` is that of a text, from 0 on. */
  readonly rankOf: (textIndex: number) => number;
}

async function signaturesOf(from: SignaturesFrom, wanted: Int32Array): Promise<Signatures> {
  const slots = new Uint32Array(wanted.length * signatureSlots);
  const ranks = new Map(Array.from(wanted, (textIndex, rank) => [textIndex, rank]));
  const rankOf = (textIndex: number): number => ranks.get(textIndex) ?? 0;
  await eachSignature(from, wanted, (textIndex, read) => read(slots, rankOf(textIndex) * signatureSlots));
  return { slots, rankOf };
}

/** A store far away answers many at once as fast as one. */
const segmentsAtOnce = 8;

/** Reads the signatures of texts given segment by segment, some segments at the same time. */
async function eachSignature(
  { store, texts, signal }: SignaturesFrom,
  order: Int32Array,
  use: (textIndex: number, read: (into: Uint32Array, at: number) => void) => void,
): Promise<void> {
  const runs = runsOf(order, (textIndex) => locationOf(texts, textIndex).segmentSha256);
  await eachOf(runs, segmentsAtOnce, signal, async (run, _, either) => {
    const read = await storedSignatures(store, locationOf(texts, run[0] ?? -1).segmentSha256, either);
    for (const textIndex of run) use(textIndex, (into, at) => read(locationOf(texts, textIndex).position, into, at));
  });
}

function* runsOf(order: Int32Array, keyOf: (textIndex: number) => string): Generator<Int32Array> {
  let start = 0;
  for (let end = 1; end <= order.length; end++) {
    if (end < order.length && keyOf(order[end] ?? 0) === keyOf(order[start] ?? 0)) continue;
    yield order.subarray(start, end);
    start = end;
  }
}
