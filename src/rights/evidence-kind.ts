import type { SeenEvidence, EvidenceKindName, RightsView, SeenSignal, SignalKindName } from "../core/rights.ts";

/** One way of finding evidence on a page; `revision` is raised whenever the same page would give other evidence. */
export interface EvidenceKind {
  readonly name: EvidenceKindName;
  readonly revision: number;
  /** The specification or observation that it follows. */
  readonly source: string;
  collect(view: RightsView): SeenEvidence[];
}

/** One way of reading an opt-out or preference; `revision` as for evidence. */
export interface SignalKind {
  readonly name: SignalKindName;
  readonly revision: number;
  readonly source: string;
  read(view: RightsView): SeenSignal[];
}
