import { oneAhead, semaphore, type Semaphore } from "../async/limit.ts";
import { ownBuild } from "../core/build/build.ts";
import { PipelineError, type FailureCode } from "../core/errors.ts";
import { outcomes, type ArchiveRow, type Hex, type Outcome } from "../core/records.ts";
import type { Measurer } from "../jobs/slice/contract.ts";
import type { KnownSlice } from "../ledger/archives.ts";
import type { MeasureJob, MeasureResult } from "../measure/measure-slice.ts";
import { isWholeSegment } from "../segment/read.ts";
import { wholeSlices } from "./collect.ts";
import { collected } from "./collected-slice.ts";
import { bytesOf, type InputFailure, type Registered, sliceOf } from "./register.ts";
import type { Run } from "./run.ts";

/** What a person watching wants to know; called often, so keep it cheap. */
export interface IngestProgress {
  /** The file that is being read. */
  readonly path: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** Looked at so far in this run, those of unfinished slices among them. */
  readonly records: number;
  /** In finished slices. */
  readonly captures: number;
  readonly documents: number;
}

const tickMs = 500;

export interface IngestReport {
  readonly archives: number;
  /** Of them, those whose every slice was in the ledger before. */
  readonly alreadyRead: number;
  readonly slices: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Archives of this run with bytes in no record, with a record cut off, or with no record at all. */
  readonly damaged: readonly Damage[];
  /** Things wrong with records that could nevertheless be read, such as a field that the standard asks for. */
  readonly problems: number;
  readonly failures: readonly InputFailure[];
  readonly interrupted: boolean;
}

export interface Damage {
  readonly path: string;
  readonly places: number;
  readonly lostBytes: number;
  /** What is wrong first, in one sentence. */
  readonly first: string;
}

/** What is known so far of a run of ingesting. */
interface Tally {
  archives: number;
  alreadyRead: number;
  slices: number;
  problems: number;
  readonly damaged: Damage[];
  readonly outcomes: Record<Outcome, number>;
  readonly failures: InputFailure[];
}

/** One slice that is not in the ledger yet, with room for it to be measured. */
interface SliceToRead {
  readonly index: number;
  readonly job: MeasureJob;
  readonly order: ArchiveOrder;
  /** Gives its room to another. */
  readonly leave: () => void;
}

/** The slices of one archive are collected in their order: the true start of each is the end of the one before. */
interface ArchiveOrder {
  readonly archive: ArchiveRow;
  /** Where the next slice must begin. */
  expected: number;
  failed: unknown;
  /** Settles when the last slice that was taken is in the ledger. */
  last: Promise<void>;
}

interface Intake extends Disposable {
  /** Aborted with the run's, and when something failed that ends the run. */
  readonly signal: AbortSignal;
  /** Archives to read; the digest of the next is computed while one is measured. Files that bring nothing are noted. */
  readonly archives: (registered: AsyncGenerator<Registered>) => AsyncGenerator<ArchiveRow>;
  /** The slices of an archive that are not in the ledger yet, each as soon as there is room for it. */
  readonly slicesToRead: (archive: ArchiveRow) => AsyncGenerator<SliceToRead>;
  /** Has a slice measured now, and collected after the one before it. Does not wait for either. */
  readonly take: (
    slice: SliceToRead,
    measure: (job: MeasureJob) => Promise<MeasureResult>,
    collect: (segment: Hex) => void,
  ) => void;
  /** Resolves when every slice that was taken is in the ledger. */
  readonly report: () => Promise<IngestReport>;
}

interface IntakeState {
  readonly run: Run;
  readonly measurer: Measurer;
  readonly onProgress: (progress: IngestProgress) => void;
  readonly room: Semaphore;
  readonly failed: AbortController;
  readonly signal: AbortSignal;
  readonly tally: Tally;
  /** One an archive: settled when all of its slices are. */
  readonly ends: Promise<void>[];
  path: string;
  doneBytes: number;
  /** What is to come: a file that turns out to bring nothing is taken off again. */
  totalBytes: number;
}

/**
 * Keeps the order in which slices are measured and collected, and counts: as many are measured at a time as the measurer
 * takes, across the borders of files, so that no thread is idle. What is in the ledger is never read again.
 */
export function openIntake(
  run: Run,
  measurer: Measurer,
  paths: readonly string[],
  onProgress: (progress: IngestProgress) => void,
): Intake {
  const failed = new AbortController();
  const state: IntakeState = {
    run,
    measurer,
    onProgress,
    room: semaphore(measurer.size),
    failed,
    signal: AbortSignal.any([run.signal, failed.signal]),
    tally: {
      archives: 0,
      alreadyRead: 0,
      slices: 0,
      problems: 0,
      damaged: [],
      outcomes: { document: 0, duplicate: 0, skipped: 0, failed: 0 },
      failures: [],
    },
    ends: [],
    path: paths[0] ?? "",
    doneBytes: 0,
    totalBytes: paths.reduce((sum, path) => sum + bytesOf(path), 0),
  };
  // Slices take seconds: between two of them, the records that the threads look at show that work goes on.
  const ticking = setInterval(showProgress, tickMs, state);
  showProgress(state);
  return {
    signal: state.signal,
    archives: (registered) => archivesToRead(state, registered),
    slicesToRead: (archive) => slicesToRead(state, archive),
    take: (slice, measure, collect) => take(state, slice, measure, collect),
    async report() {
      await Promise.all(state.ends);
      return { ...state.tally, interrupted: run.signal.aborted };
    },
    [Symbol.dispose]: () => clearInterval(ticking),
  };
}

function showProgress({ path, doneBytes, totalBytes, measurer, tally, onProgress }: IntakeState): void {
  const captures = outcomes.reduce((sum, outcome) => sum + tally.outcomes[outcome], 0);
  const documents = tally.outcomes.document;
  onProgress({ path, doneBytes, totalBytes, records: measurer.recordsSeen(), captures, documents });
}

async function* archivesToRead(state: IntakeState, registered: AsyncGenerator<Registered>): AsyncGenerator<ArchiveRow> {
  for await (const one of oneAhead(registered)) {
    if ("failure" in one) state.tally.failures.push(one.failure);
    if ("failure" in one || one.archive === null) {
      state.totalBytes -= bytesOf(one.path);
      continue;
    }
    state.tally.archives++;
    yield one.archive;
  }
}

async function* slicesToRead(state: IntakeState, archive: ArchiveRow): AsyncGenerator<SliceToRead> {
  const known = slicesToKeep(state.run, archive.sha256);
  state.doneBytes += known.reduce((sum, { begin, end }) => sum + end - begin, 0);
  if (known.length === archive.sliceCount) {
    state.tally.alreadyRead++;
    state.path = archive.path;
    showProgress(state);
    return;
  }
  const expected = known.reduce((last, { end, begin }) => (end > begin ? end : last), 0);
  const order: ArchiveOrder = { archive, expected, failed: null, last: Promise.resolve() };
  const segments = state.run.corpus.segments;
  for (let index = known.length; index < archive.sliceCount; index++) {
    const leave = await state.room.acquire();
    if (state.signal.aborted || order.failed !== null) {
      leave();
      break;
    }
    const job = { slice: sliceOf(archive, index), path: archive.path, segments, poison: [] };
    yield { index, job, order, leave };
  }
  const settled = order.last.then(() => settle(state, order));
  settled.catch(() => state.failed.abort());
  state.ends.push(settled);
}

/** Where records are cut otherwise than before, the slices behind begin elsewhere too: they are measured again with the first. */
function slicesToKeep(run: Run, archive: Hex): readonly KnownSlice[] {
  const known = wholeSlices(run, archive);
  const isDue = ({ build, segmentSha256 }: KnownSlice): boolean =>
    build !== ownBuild.id || !isWholeSegment(run.corpus.segments, segmentSha256);
  const other = run.remeasure === true ? known.findIndex(isDue) : -1;
  return other < 0 ? known : known.slice(0, other);
}

function take(
  state: IntakeState,
  { job, order, leave }: SliceToRead,
  measure: (job: MeasureJob) => Promise<MeasureResult>,
  collect: (segment: Hex) => void,
): void {
  const measured = measure(job);
  // Handled by the await below; this only silences the unhandled-rejection event until then.
  measured.catch(() => undefined);
  const before = order.last;
  order.last = (async () => {
    await before;
    if (order.failed !== null) return;
    try {
      const result = await collected(state.measurer, { job, order, measure, collect }, await measured);
      if (!result.empty) order.expected = result.end;
      count(state, order.archive.path, result);
    } catch (error) {
      order.failed = error;
    } finally {
      leave();
    }
  })();
}

function count(state: IntakeState, path: string, result: MeasureResult): void {
  const { tally } = state;
  tally.slices++;
  tally.problems += result.problems;
  noteDamage(tally.damaged, path, result);
  for (const outcome of outcomes) tally.outcomes[outcome] += result.outcomes[outcome];
  state.doneBytes += result.end - result.begin;
  state.path = path;
  showProgress(state);
}

/** Notes why an archive could not be read to its end; @throws what ends the whole run */
function settle({ signal, tally }: IntakeState, { archive, failed }: ArchiveOrder): void {
  if (failed === null) return;
  // Workers elsewhere go on with their slices; the next run finds their results.
  if (signal.aborted && failed instanceof PipelineError && failed.code === "interrupted") return;
  if (!(failed instanceof PipelineError) || !isOfInput(failed.code)) throw failed;
  tally.failures.push({ path: archive.path, message: failed.message });
}

/** Other files go on when one cannot be read. */
function isOfInput(code: FailureCode): boolean {
  return code.startsWith("archive-") || code === "job-quarantined" || code === "object-broken";
}

function noteDamage(damaged: Damage[], path: string, { losses, lostBytes, firstFault }: MeasureResult): void {
  if (firstFault === null) return;
  const at = damaged.findIndex((known) => known.path === path);
  const known = damaged[at];
  if (known === undefined) damaged.push({ path, places: losses, lostBytes, first: firstFault });
  else damaged[at] = { ...known, places: known.places + losses, lostBytes: known.lostBytes + lostBytes };
}
