import type { Corpus } from "../corpus/corpus.ts";
import type { Ledger } from "../ledger/open.ts";

/** What every step of the way works with: made once by a command, handed from step to step. */
export interface Run {
  readonly corpus: Corpus;
  /** Every partition of the corpus, in order; usually one. Open for writing while a step writes. */
  readonly ledgers: readonly Ledger[];
  /** Name and version of this program, as segments and manifests state it. */
  readonly software: string;
  /** True: a slice that another build measured is measured again, with those behind it; left out: no. */
  readonly remeasure?: boolean;
  /** Aborted when the user asks to stop: a step ends where the next run can go on. */
  readonly signal: AbortSignal;
}
