import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";

import { PipelineError } from "../core/errors.ts";
import { schemasFolder } from "./schemas-folder.ts";
import type { CorpusConfig, PolicyFile } from "./types.ts";

/** What `validate` can check: `schemas/KIND.schema.json`, and the type of a value that has passed. */
export interface Validated {
  readonly config: CorpusConfig;
  readonly policy: PolicyFile;
}

const validators = new Map<keyof Validated, ValidateFunction>();

/**
 * Checks a parsed file against its schema.
 * @param path where it came from, for the message
 * @returns a copy with all defaults filled in
 * @throws {PipelineError} `config-invalid` or `policy-invalid`, naming every fault and its place
 */
export async function validate<Kind extends keyof Validated>(
  kind: Kind,
  value: unknown,
  path: string,
): Promise<Validated[Kind]> {
  const check = validators.get(kind) ?? (await compiled(kind));
  const copy: unknown = structuredClone(value);
  if (check(copy)) return copy as Validated[Kind];
  const faults = faultsOf(check.errors ?? []);
  throw new PipelineError(`${kind}-invalid`, `${path}: ${faults.join("; ")}`, { path, faults: faults.length });
}

// Loading and compiling takes longer than many commands: only the schema that is asked for, when it is asked for.
async function compiled(kind: keyof Validated): Promise<ValidateFunction> {
  const { Ajv2020 } = await import("ajv/dist/2020.js");
  const text = readFileSync(join(schemasFolder(), `${kind}.schema.json`), "utf8");
  const ajv = new Ajv2020({ allErrors: true, useDefaults: true, verbose: true, allowUnionTypes: true });
  const check = ajv.compile(JSON.parse(text) as Record<string, unknown>);
  validators.set(kind, check);
  return check;
}

/**
 * One sentence for each fault. Faults inside an `anyOf` only say why each branch failed, so its description is used
 * instead.
 */
function faultsOf(errors: readonly ErrorObject[]): string[] {
  const choices = errors.filter(({ keyword }) => keyword === "anyOf");
  const inChoice = ({ schemaPath }: ErrorObject): boolean =>
    choices.some((choice) => schemaPath.startsWith(`${choice.schemaPath}/`));
  return errors
    .filter((error) => !inChoice(error))
    .map((error) => `${locationOf(error.instancePath)} ${wordsOf(error)}`);
}

function locationOf(pointer: string): string {
  const steps = pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const words = steps.map((step) => (/^[\w-]+$/.test(step) ? step : `"${step}"`));
  return words.length === 0 ? "the file" : words.join(".");
}

function wordsOf({ keyword, params, message, parentSchema }: ErrorObject): string {
  const described = typeof parentSchema?.["description"] === "string" ? parentSchema["description"] : "";
  switch (keyword) {
    case "additionalProperties":
      return `has the unknown field "${params["additionalProperty"]}"; it knows ${knownFields(parentSchema)}`;
    case "required":
      return `lacks the field "${params["missingProperty"]}"`;
    case "enum":
      return `must be one of ${(params["allowedValues"] as unknown[]).join(", ")}`;
    case "anyOf":
      return `must be ${described}`;
    default:
      return described === "" ? (message ?? keyword) : `${message} (${described})`;
  }
}

function knownFields(schema: ErrorObject["parentSchema"]): string {
  return Object.keys((schema?.["properties"] ?? {}) as Record<string, unknown>).join(", ");
}
