import { yieldToEventLoop } from "../../async/yield.ts";
import type { Hex } from "../../core/records.ts";
import type { Manifest, ManifestHead, Source } from "../manifest-head.ts";
import type { ManifestRow, UnplacedRow } from "../manifest-row.ts";
import type { Disagreement } from "../manifest-sums.ts";
import { canonicalJson } from "../manifest-text.ts";
import { derivableOf } from "./archives.ts";
import { compareMembers } from "./compare-members.ts";
import type { Findings } from "./findings.ts";

/** What a ledger gives under one policy, as it would be published now. */
export interface LedgerView {
  /** In ascending order of id. */
  readonly rows: Iterable<UnplacedRow>;
  readonly head: Pick<ManifestHead, "funnel" | "sources" | "rules" | "builds">;
  /** Captures of the archives that the manifest names, as far as they are in this partition. */
  readonly capturesOfSources: number;
  /** Archives or documents were added since the policy was applied: the head is not that of the manifest any more. */
  readonly hasMovedOn: boolean;
}

/** Why a ledger cannot be compared with a manifest at all, where that is wrong in itself. */
export type LedgerMismatch = Pick<Disagreement, "what" | "where" | "expected" | "found">;

/**
 * Asks a ledger; in words why it cannot answer, or what is wrong when it should be able to.
 * @param partition 0 of 1 in a corpus that is whole
 */
export type AskLedger = (
  manifest: Manifest,
  partition: { readonly number: number; readonly count: number },
) => LedgerView | LedgerMismatch | string;

/** Compares rows with the ledger as they come, one for one. */
export interface LedgerCheck {
  readonly add: (row: ManifestRow) => Promise<void>;
  readonly finish: () => Promise<void>;
}

/** Every document that the ledger keeps has a row, every row such a document, and both say the same. */
export function ledgerCheck(view: LedgerView, manifest: Manifest, report: Findings): LedgerCheck {
  const { rows, head, hasMovedOn } = view;
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
      if (hasMovedOn) {
        compareSources(view, manifest, report);
        return;
      }
      for (const key of ["funnel", "sources", "rules", "builds"] as const)
        report.expect("ledger-differs", key, canonicalJson(manifest[key] ?? null), canonicalJson(head[key] ?? null));
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

/** A manifest of before is of fewer archives, maybe of parts of them, but names them as the ledger does and counts all their captures. */
function compareSources({ head, capturesOfSources }: LedgerView, manifest: Manifest, report: Findings): void {
  const known = new Map(head.sources.map((source) => [source.sha256, source]));
  let whole = true;
  for (const source of manifest.sources) {
    const found = known.get(source.sha256) ?? null;
    const where = `sources ${source.sha256}`;
    report.expect("ledger-differs", where, identityOf(source), found === null ? "no such archive" : identityOf(found));
    whole &&= source.recordBytes === found?.recordBytes && source.lostBytes === found.lostBytes;
  }
  if (!whole) return;
  report.expect("ledger-differs", "funnel.captures", String(manifest.funnel.captures), String(capturesOfSources));
}

function identityOf({ name, bytes, slices }: Source): string {
  return canonicalJson({ name, bytes, slices });
}
