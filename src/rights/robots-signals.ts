import type { SeenSignal, SignalKindName } from "../core/rights.ts";
import { robotsDirectivesOf, type RobotsCarrier } from "../core/robots-directives.ts";
import { quoteOf } from "./quote.ts";

/** Where a list of robots directives was found. */
export interface RobotsLocation {
  /** The kind of signal that reads there. */
  readonly kind: SignalKindName;
  readonly carrier: RobotsCarrier;
  /** `http-header:x-robots-tag`, `meta:robots`, ... */
  readonly place: string;
  /** Whom directives without a prefix are addressed to: `*`, or one agent in lower case. */
  readonly agent: string;
}

/** Signals of one list of robots directives, wherever it was found. */
export function robotsSignals(value: string, at: RobotsLocation): SeenSignal[] {
  return robotsDirectivesOf(value, at.carrier, at.agent).flatMap(({ agent, text, readings }) =>
    readings.map(([preference, reading]) => ({
      kind: at.kind,
      preference,
      value: reading,
      agent,
      place: at.place,
      quote: quoteOf(text),
      policyUrl: null,
    })),
  );
}
