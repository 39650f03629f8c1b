import type { PublishReport } from "../../pipeline/publish.ts";
import { printable } from "../write-line.ts";

/** The end of a run for people: how many documents were kept, why the others were not, and the root. */
export function publishedInWords({ funnel, clusters, root }: PublishReport, folder: string): string {
  const reasons = Object.entries(funnel.refusedReasons).toSorted(([, a], [, b]) => b - a);
  const lines = [
    `Documents   ${funnel.outcomes.document}: ${funnel.kept} kept, ${funnel.refused} refused by the policy (one may have several reasons)`,
    ...reasons.slice(0, 8).map(([reason, count]) => `            ${String(count).padStart(7)}  ${reason}`),
    `Clusters    ${clusters} of duplicates or near-duplicates`,
    `Manifest    ${folder}/manifest`,
    `Root        ${root}`,
  ];
  return printable(lines.join("\n"));
}
