import { yieldToEventLoop } from "../../async/yield.ts";
import type { Hex } from "../../core/records.ts";
import type { Manifest, ManifestHead } from "../manifest-head.ts";
import type { ManifestRow, UnplacedRow } from "../manifest-row.ts";
import { canonicalJson } from "../manifest-text.ts";
import { derivableOf } from "./archives.ts";
import { compareMembers } from "./compare-members.ts";
import type { Findings } from "./findings.ts";

/** What a ledger gives under one policy, as it would be published now. */
export interface LedgerView {
  /** In ascending order of id. */
  readonly rows: Iterable<UnplacedRow>;
  readonly head: Pick<ManifestHead, "funnel" | "sources" | "rules">;
  /** Archives or documents were added since the policy was applied: the head is not that of the manifest any more. */
  readonly hasMovedOn: boolean;
}

/**
 * Asks a ledger; in words why it cannot answer.
 * @param partition 0 in a corpus that is whole
 */
export type AskLedger = (manifest: Manifest, partition: number) => LedgerView | string;

/** Compares rows with the ledger as they come, one for one. */
export interface LedgerCheck {
  readonly add: (row: ManifestRow) => Promise<void>;
  readonly finish: () => Promise<void>;
}

/** Every document that the ledger keeps has a row, every row such a document, and both say the same. */
export function ledgerCheck({ rows, head, hasMovedOn }: LedgerView, manifest: Manifest, report: Findings): LedgerCheck {
  const kept = rows[Symbol.iterator]();
  let next = kept.next();

  /** Reports what is kept before that id, or all that is left. */
  async function passUntil(id: Hex | null): Promise<void> {
    while (next.done !== true) {
      const missing = next.value.id;
      if (id !== null && missing >= id) return;
      const expected = "a row: the ledger keeps this document";
      report.add({ what: "ledger-missing", where: missing, expected, found: "none" });
      next = kept.next();
      await yieldToEventLoop();
    }
  }

  return {
    async add(row) {
      await passUntil(row.id);
      if (next.done === true || next.value.id !== row.id) {
        const expected = "no row: the ledger does not keep this document";
        report.add({ what: "ledger-extra", where: row.id, expected, found: "a row" });
        return;
      }
      const [published, now] = [knownOf(row), withoutSource(next.value)];
      // What newer captures say is not what was published; only publishing again can bring it.
      compareMembers("ledger-differs", row.id, hasMovedOn ? [still(published), still(now)] : [published, now], report);
      next = kept.next();
    },
    async finish() {
      await passUntil(null);
      if (hasMovedOn) return;
      for (const key of ["funnel", "sources", "rules"] as const)
        report.expect("ledger-differs", key, canonicalJson(manifest[key]), canonicalJson(head[key]));
    },
  };
}

/** What of a row a ledger knows: all but the position of its text in the manifest. */
/** All but what later captures change. */
function still(row: object): object {
  return { ...row, inherited: null };
}

function knownOf(row: ManifestRow): object {
  return { ...derivableOf(row), cluster: row.cluster, inherited: row.inherited };
}

function withoutSource({ source: _source, ...row }: UnplacedRow): object {
  return row;
}
