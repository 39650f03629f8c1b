import type {
  SeenEvidence,
  evidenceKindNames,
  RightsView,
  SeenSignal,
  Signal,
  signalKindNames,
} from "../core/rights.ts";
import { eachOnce } from "./each-once.ts";
import type { EvidenceKind, SignalKind } from "./evidence-kind.ts";
import { ccBadge } from "./evidence/cc-badge.ts";
import { ccLink } from "./evidence/cc-link.ts";
import { httpLink } from "./evidence/http-link.ts";
import { licenceLink } from "./evidence/licence-link.ts";
import { meta } from "./evidence/meta.ts";
import { relLicense } from "./evidence/rel-license.ts";
import { textNotice } from "./evidence/text-notice.ts";
import { contentUsage } from "./signals/content-usage.ts";
import { metaRobots } from "./signals/meta-robots.ts";
import { tdmReservation } from "./signals/tdm-reservation.ts";
import { xRobotsTag } from "./signals/x-robots-tag.ts";
import { trainingAgents } from "./site/training-agents.ts";
import { visibleView } from "./visible-text.ts";

/** One kind for each name, in the order of the names: a kind that is missing or misplaced does not compile. */
type InOrderOf<Names extends readonly string[], Kind> = {
  readonly [At in keyof Names]: Kind & { readonly name: Names[At] };
};

/** Every kind of evidence. */
export const evidenceKinds: InOrderOf<typeof evidenceKindNames, EvidenceKind> = [
  httpLink,
  meta,
  relLicense,
  ccLink,
  licenceLink,
  ccBadge,
  textNotice,
];

/** Every kind of signal. */
export const signalKinds: InOrderOf<typeof signalKindNames, SignalKind> = [
  xRobotsTag,
  metaRobots,
  tdmReservation,
  contentUsage,
];

/** Items of one kind that are kept of one page. */
const itemsPerKind = 50;

/** All evidence about rights that a page carries, at most 50 items of each kind. Never throws, whatever the page. */
export function evidenceOf(view: RightsView): SeenEvidence[] {
  const seen = visibleView(view);
  return evidenceKinds.flatMap((kind) => bounded(kind.collect(seen)));
}

/** All opt-outs and preferences that a page or its exchange carries, at most 50 of each kind. Never throws. */
export function signalsOf(view: RightsView): SeenSignal[] {
  return signalKinds.flatMap((kind) => boundedSignals(kind.read(view)));
}

/**
 * Where there are too many, each is kept once: what is refused to everybody before anything else, then what is refused to
 * agents of training and to this program, and what is allowed goes first.
 */
export function boundedSignals<One extends Pick<Signal, "preference" | "value" | "agent">>(
  signals: readonly One[],
): readonly One[] {
  if (signals.length <= itemsPerKind) return signals;
  return eachOnce(signals)
    .toSorted((one, other) => weight(one) - weight(other))
    .slice(0, itemsPerKind);
}

function weight({ value, agent }: Pick<Signal, "value" | "agent">): number {
  if (value === "y") return 3;
  if (agent === "*") return 0;
  return trainingAgents.has(agent) || agent === "colophon" ? 1 : 2;
}

/** Credits for parts come first on a page and may be many: they are cut before what is said of the page itself. */
function bounded(evidence: readonly SeenEvidence[]): readonly SeenEvidence[] {
  if (evidence.length <= itemsPerKind) return evidence;
  const wide = evidence.filter(({ subject }) => subject !== "part").slice(0, itemsPerKind);
  const parts = evidence.filter(({ subject }) => subject === "part").slice(0, itemsPerKind - wide.length);
  return [...wide, ...parts];
}
