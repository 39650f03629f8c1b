import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Ajv2020 } from "ajv/dist/2020.js";

import { schemasFolder } from "./schemas-folder.ts";

/** Says what is wrong with a value, `""` when nothing is. */
export type SchemaProblems = (value: unknown) => string;

/**
 * A published schema as a function. Compiling is slow and rows are checked by the million, so each schema is compiled
 * once.
 */
export function schemaProblems(name: "manifest" | "document-row" | "corpus"): SchemaProblems {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const ajv = new Ajv2020({ allowUnionTypes: true });
  const schema: unknown = JSON.parse(readFileSync(join(schemasFolder(), `${name}.schema.json`), "utf8"));
  const validate = ajv.compile(schema as object);
  const problems: SchemaProblems = (value) => (validate(value) ? "" : ajv.errorsText(validate.errors, { dataVar: "" }));
  compiled.set(name, problems);
  return problems;
}

const compiled = new Map<string, SchemaProblems>();
