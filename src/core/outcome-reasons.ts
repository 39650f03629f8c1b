/**
 * Why a capture is no document: each reason has one outcome. Keys are stored in segments and ledgers, so none is ever
 * renamed. `docs/provenance-format.md` is generated from this table, in its order.
 */
export const outcomeReasons = {
  revisit: { outcome: "duplicate", meaning: "a `revisit` record" },
  "http-status": { outcome: "skipped", meaning: "the status is not 2xx, or is 206; `detail` has it" },
  "media-type": { outcome: "skipped", meaning: "neither HTML nor plain text; `detail` has the type" },
  "robots-txt": { outcome: "skipped", meaning: "a robots.txt file: evidence of its site, not a text" },
  "site-file": {
    outcome: "skipped",
    meaning: "another file in which a site speaks for all its pages, such as tdmrep.json",
  },
  derived: {
    outcome: "skipped",
    meaning:
      "made of a page by a tool, under an address of its own (`urn:text:`, `file:`, ...): the page itself is what counts",
  },
  "crawler-record": { outcome: "skipped", meaning: "a record of the crawler about itself: log, arguments, settings" },
  "not-http": { outcome: "skipped", meaning: "a record of another protocol, such as dns" },
  "empty-body": { outcome: "skipped", meaning: "nothing to read" },
  "empty-text": { outcome: "skipped", meaning: "a page without text" },
  continuation: { outcome: "skipped", meaning: "a later segment of a segmented record" },
  "http-malformed": { outcome: "failed", meaning: "no HTTP head can be read" },
  "body-undecodable": { outcome: "failed", meaning: "the content coding does not unpack" },
  "no-url": { outcome: "failed", meaning: "the record has no target" },
  "too-large": { outcome: "failed", meaning: "a block of more than 64 MiB; `detail` has its length" },
  "stage-error": { outcome: "failed", meaning: "a stage failed on it; `detail` has the message" },
  "worker-crashed": { outcome: "failed", meaning: "reading it brought a worker down; `detail` says how" },
} as const satisfies Record<string, { readonly outcome: "duplicate" | "skipped" | "failed"; readonly meaning: string }>;

export type OutcomeReason = keyof typeof outcomeReasons;
