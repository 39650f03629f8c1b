/** `colophon/rights`: evidence about licences, signals of publishers, and the licence that evidence amounts to. */
export { evidenceKinds, evidenceOf, signalKinds, signalsOf } from "../rights/registry.ts";
export { licenceOf } from "../rights/licence-of.ts";
export { licenceAttributesOf, type LicenceAttributes, type LicenceFamily } from "../rights/licence-table.ts";
export type {
  Evidence,
  EvidenceKindName,
  Licence,
  LicenceBasis,
  Preference,
  RightsView,
  SeenEvidence,
  SeenSignal,
  Signal,
  SignalKindName,
  Subject,
} from "../core/rights.ts";
export type { EvidenceKind, SignalKind } from "../rights/evidence-kind.ts";
