import type { Preference, SeenSignal, SignalKindName } from "../core/rights.ts";
import { quoteOf } from "./quote.ts";
import { robotsDirectivesOf } from "../core/robots-directives.ts";

type Reading = readonly [preference: Preference, value: SeenSignal["value"]];

/** What each word means for a corpus; words that are not named here say nothing about use of the text. */
const readings: Readonly<Record<string, readonly Reading[]>> = {
  all: [
    ["index", "y"],
    ["follow", "y"],
  ],
  none: [
    ["index", "n"],
    ["follow", "n"],
  ],
  index: [["index", "y"]],
  noindex: [["index", "n"]],
  follow: [["follow", "y"]],
  nofollow: [["follow", "n"]],
  archive: [["archive", "y"]],
  noarchive: [["archive", "n"]],
  nocache: [["archive", "n"]],
  nosnippet: [["snippet", "n"]],
  "max-snippet:0": [["snippet", "n"]],
  noai: [["ai", "n"]],
  noimageai: [["image-ai", "n"]],
};

/** Signals of one list of robots directives, wherever it stands. */
export function robotsSignals(kind: SignalKindName, place: string, value: string, defaultAgent: string): SeenSignal[] {
  return robotsDirectivesOf(value, defaultAgent).flatMap(({ agent, text }) =>
    readingsOf(text).map(([preference, reading]) => ({
      kind,
      preference,
      value: reading,
      agent,
      place,
      quote: quoteOf(text),
      policyUrl: null,
    })),
  );
}

function readingsOf(text: string): readonly Reading[] {
  const word = text.slice(0, 64).toLowerCase().replace(/\s/g, "");
  // From some day on the page may not be indexed; which day it is now no stage knows.
  if (word.startsWith("unavailable_after:")) return [["index", null]];
  return Object.hasOwn(readings, word) ? (readings[word] ?? []) : [];
}
