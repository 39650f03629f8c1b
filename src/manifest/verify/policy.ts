import type { Policy } from "../../core/decisions.ts";
import { PipelineError } from "../../core/errors.ts";
import type { Hex } from "../../core/records.ts";
import { clusterLicenceReasons, reasonsAgainst, speaksInCluster } from "../../policy/decide.ts";
import { licenceKnowledge } from "../../rights/licence-knowledge.ts";
import { validate } from "../../schema/validate.ts";
import { judgedOf } from "../judged-row.ts";
import type { Manifest } from "../manifest-head.ts";
import { licenceInForce, type ManifestRow } from "../manifest-row.ts";
import { manifestPath } from "../manifest-text.ts";
import type { Findings } from "./findings.ts";

/** Adds what the policy has against a row, from that row alone. */
export type PolicyCheck = (row: ManifestRow) => void;

/**
 * Applies the policy of a manifest to its rows again. What only other captures show stays open: whether a copy that is not
 * published takes precedence, or was captured earlier.
 * @param clusters those that have a row already, of this partition or one before it
 * @returns `null` when the policy is none that this version of the program can apply, which is a finding too
 */
export async function policyCheck(
  { policy: stated, rules }: Manifest,
  clusters: Set<Hex>,
  report: Findings,
): Promise<PolicyCheck | null> {
  const policy = await policyOf(stated.document, report);
  if (policy === null) return null;
  return (row) => {
    const document = judgedOf(row, rules);
    const reasons = reasonsAgainst(policy, document, licenceKnowledge);
    if (row.cluster !== null) reasons.push(...clusterReasons(policy, row, row.cluster, clusters));
    if (reasons.length === 0) return;
    const expected = `no reason of "${policy.name}" against it`;
    report.add({ what: "row-policy", where: row.id, expected, found: reasons.join(", ") });
  };
}

async function policyOf(document: unknown, report: Findings): Promise<Policy | null> {
  try {
    return await validate("policy", document, manifestPath);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    const expected = "a policy that can be applied to the rows";
    report.add({ what: "policy-unreadable", where: "policy.document", expected, found: error.message });
    return null;
  }
}

function clusterReasons(
  policy: Policy,
  row: ManifestRow,
  { id, alsoAt }: NonNullable<ManifestRow["cluster"]>,
  clusters: Set<Hex>,
): string[] {
  const isSecond = clusters.has(id);
  clusters.add(id);
  // Rows do not say when the other copies were captured.
  const others = alsoAt.filter(({ standing }) => speaksInCluster(policy, standing));
  const copies = [{ licence: licenceInForce(row) }, ...others].map(({ licence }) => ({ licence, capturedAt: null }));
  const { inCluster } = policy.licences;
  return [
    ...(inCluster === "most-restrictive" ? clusterLicenceReasons(policy.licences, copies, licenceKnowledge) : []),
    ...(isSecond && policy.duplicates === "keep-one" ? ["duplicate"] : []),
  ];
}
