import { robotsDirectivesOf, robotsReadingsOf } from "../core/robots-directives.ts";
import type { Signal } from "../core/rights.ts";
import { quoteOf } from "./quote.ts";

/** Where a list of robots directives was found. */
export interface RobotsLocation {
  /** Registry id of the signal. */
  readonly kind: string;
  /** `http-header:x-robots-tag`, `meta:robots`, ... */
  readonly place: string;
  /** Whom directives without a prefix are addressed to: `*`, or one agent in lower case. */
  readonly agent: string;
}

/** Signals of one list of robots directives, wherever it stands. */
export function robotsSignals(value: string, at: RobotsLocation): Signal[] {
  return robotsDirectivesOf(value, at.agent).flatMap(({ agent, text }) =>
    robotsReadingsOf(text).map(([preference, reading]) => ({
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
