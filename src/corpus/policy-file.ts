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
import { policyProblems } from "./policy-problems.ts";

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
