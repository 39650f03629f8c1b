import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Ajv2020 } from "ajv/dist/2020.js";

import { schemasFolder } from "../schema/schemas-folder.ts";

/** Says what is wrong with a value, `""` when nothing is. */
export type SchemaProblems = (value: unknown) => string;

/** A published schema as a function; rows are checked by the million, so it is compiled once. */
export function schemaProblems(name: "manifest" | "document-row"): SchemaProblems {
  const ajv = new Ajv2020({ strictRequired: "log", allowUnionTypes: true });
  const schema: unknown = JSON.parse(readFileSync(join(schemasFolder(), `${name}.schema.json`), "utf8"));
  const validate = ajv.compile(schema as object);
  return (value) => (validate(value) ? "" : ajv.errorsText(validate.errors, { dataVar: "" }));
}
