import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { archiveTotals } from "../ledger/archives.ts";
import { funnel } from "../ledger/funnel.ts";
import { isLocked, openLedger } from "../ledger/open.ts";
import type { Manifest } from "../manifest/manifest-head.ts";
import type { Corpus } from "./corpus.ts";
import { crawlStatus, type CrawlStatus } from "./crawl-status.ts";
import { loadPolicy } from "./policy-file.ts";

export interface CorpusStatus {
  readonly name: string;
  readonly policy: string;
  readonly archives: {
    readonly count: number;
    readonly bytes: number;
    readonly recordBytes: number;
    readonly lostBytes: number;
  };
  readonly slices: { readonly total: number; readonly measured: number };
  readonly captures: number;
  readonly documents: {
    readonly total: number;
    readonly kept: number;
    readonly refused: number;
    readonly undecided: number;
  };
  /** `current` is false when the ledger or the policy has changed since. */
  readonly manifest: { readonly root: string; readonly documents: number; readonly current: boolean } | null;
  readonly crawl: CrawlStatus | null;
  /** True while another process writes. */
  readonly locked: boolean;
}

/** Reads only, beside any writer. */
export async function corpusStatus(corpus: Corpus): Promise<CorpusStatus> {
  const policy = await loadPolicy(corpus.policyPath);
  using ledger = openLedger(corpus.ledgerPath, { mode: "read" });
  const archives = archiveTotals(ledger);
  const counted = funnel(ledger, policy.sha256);
  const sum = (of: (archive: (typeof archives)[number]) => number): number =>
    archives.reduce((total, one) => total + of(one), 0);
  const manifest = manifestOf(corpus);
  return {
    name: corpus.config.name,
    policy: policy.policy.name,
    archives: {
      count: archives.length,
      bytes: sum(({ bytes }) => bytes),
      recordBytes: sum(({ recordBytes }) => recordBytes),
      lostBytes: sum(({ lostBytes }) => lostBytes),
    },
    slices: { total: sum(({ slices }) => slices), measured: sum(({ slicesMeasured }) => slicesMeasured) },
    captures: counted.captures,
    documents: { total: counted.documents, kept: counted.kept, refused: counted.refused, undecided: counted.undecided },
    manifest:
      manifest === null
        ? null
        : {
            root: manifest.root,
            documents: manifest.totals.documents,
            current:
              manifest.policy.sha256 === policy.sha256 &&
              manifest.funnel.captures === counted.captures &&
              counted.undecided === 0,
          },
    crawl: crawlStatus(corpus),
    locked: isLocked(corpus.ledgerPath),
  };
}

function manifestOf(corpus: Corpus): Manifest | null {
  const path = join(corpus.manifest, "manifest.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Manifest) : null;
}
