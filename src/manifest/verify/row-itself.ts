import { captureIdOf } from "../../core/capture-id.ts";
import { matesLimit } from "../../core/cluster-mates.ts";
import type { ManifestRow } from "../manifest-row.ts";
import type { Findings } from "./findings.ts";

/** What a row must say of itself, whatever the archives hold: its id is that of its place, and its cluster adds up. */
export function verifyRowItself(row: ManifestRow, report: Findings): void {
  const { sha256, offset, innerOffset } = row.archive;
  report.expect("row-id", row.id, captureIdOf(sha256, offset, innerOffset), row.id);
  if (row.cluster !== null) verifyCluster(row, row.cluster, report);
}

type Cluster = NonNullable<ManifestRow["cluster"]>;

function verifyCluster({ id: own, licence }: ManifestRow, cluster: Cluster, report: Findings): void {
  const { id, size, alsoAt, licencesDisagree } = cluster;
  const say = (member: string, expected: string, found: string): void =>
    report.expect("row-cluster", `${own} cluster.${member}`, expected, found);
  const ids = alsoAt.map((copy) => copy.id);
  const inOrder = [...new Set(ids)].filter((copy) => copy !== own).sort();
  say("alsoAt", inOrder.join(" "), ids.join(" "));
  // A long list is cut.
  const isWhole = ids.length < matesLimit;
  if (isWhole) say("size", String(ids.length + 1), String(size));
  if (isWhole && id !== own && !ids.includes(id)) say("id", "the row itself, or one of its copies", id);
  const disagree = alsoAt.some((copy) => copy.licence !== licence.id);
  if (isWhole || disagree) say("licencesDisagree", String(disagree), String(licencesDisagree));
}
