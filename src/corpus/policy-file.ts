import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Policy } from "../core/decisions.ts";
import { PipelineError } from "../core/errors.ts";
import type { Hex } from "../core/records.ts";
import { writeWhole } from "../files/durable.ts";
import { canonicalDigest, canonicalJson } from "../manifest/manifest-text.ts";
import { rules } from "../quality/registry.ts";
import { licenceFamilies } from "../rights/licence-table.ts";
import { schemasFolder } from "../schema/schemas-folder.ts";
import { validate } from "../schema/validate.ts";
import { yamlOf } from "./corpus.ts";

/** A policy that has passed every check, under the digest it is known by. */
export interface LoadedPolicy {
  readonly policy: Policy;
  readonly sha256: Hex;
  /** Canonical JSON with all defaults filled in; `sha256` is its digest. */
  readonly text: string;
}

/** Writes the commented policy with which `policy init` and the first `ingest` begin. */
export function writeDefaultPolicy(path: string): void {
  writeWhole(path, readFileSync(join(schemasFolder(), "examples", "policy.yaml")));
}

/** Loads the policy at `path`, and writes the commented default there first when there is none. */
export async function ensurePolicy(path: string): Promise<LoadedPolicy> {
  if (!existsSync(path)) writeDefaultPolicy(path);
  return loadPolicy(path);
}

/** @throws {PipelineError} `not-found`, or `policy-invalid` naming every fault and its place */
export async function loadPolicy(path: string): Promise<LoadedPolicy> {
  if (!existsSync(path)) {
    throw new PipelineError(
      "not-found",
      `there is no policy ${path}; \`colophon policy init\` writes a commented one`,
      { path },
    );
  }
  const policy: Policy = await validate("policy", yamlOf(path, "policy-invalid"), path);
  const problems = policyProblems(policy, { rules: rules.map(({ name }) => name), licenceFamilies });
  if (problems.length > 0) throw new PipelineError("policy-invalid", `${path}: ${problems.join("; ")}`, { path });
  return { policy, sha256: canonicalDigest(policy), text: canonicalJson(policy) };
}

/** The names that the registries know. */
interface KnownNames {
  readonly rules: readonly string[];
  readonly licenceFamilies: readonly string[];
}

/**
 * Problems that the schema cannot detect: unknown names, which would silently disable a bound or an allowance, and
 * bounds that nothing can satisfy. One sentence a problem; empty for a sound policy.
 */
export function policyProblems(policy: Policy, known: KnownNames): string[] {
  const rules = Object.entries(policy.rules).flatMap(([name, { min = -Infinity, max = Infinity }]) => {
    if (!known.rules.includes(name)) return [`rules: there is no rule "${name}"; the rules are in docs/rules.md`];
    return min > max ? [`rules."${name}": min ${min} is above max ${max}, so nothing could be kept`] : [];
  });
  const families = policy.licences.families
    .filter((family) => !known.licenceFamilies.includes(family))
    .map(
      (family) => `licences.families: there is no family "${family}"; there are ${known.licenceFamilies.join(", ")}`,
    );
  return [...rules, ...families];
}
