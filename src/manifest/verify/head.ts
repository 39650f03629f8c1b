import { isUtf8 } from "node:buffer";

import { nestsTooDeep } from "../../core/json-nesting.ts";
import { schemaProblems } from "../../schema/schema-problems.ts";
import { manifestText } from "../manifest-text.ts";
import type { Findings } from "./findings.ts";

/**
 * Reads a head (`manifest.json`, `corpus.json`) and compares its form with its schema.
 * @returns what the schema describes; `null` when it is none, and nothing else can be trusted
 */
export function headOf(bytes: Buffer, where: string, schema: "manifest" | "corpus", report: Findings): unknown {
  const { value, problem } = jsonOf(bytes);
  if (problem !== null) {
    report.add({ what: "manifest-unreadable", where, expected: "JSON", found: problem });
    return null;
  }
  const format = `colophon-${schema}/2`;
  if (formatOf(value) === `colophon-${schema}/1`) {
    const found = `colophon-${schema}/1: an older version made it; verify it with that version, or publish the corpus again`;
    report.add({ what: "manifest-format", where, expected: format, found });
    return null;
  }
  const problems = schemaProblems(schema)(value);
  if (problems !== "") {
    report.add({ what: "manifest-schema", where, expected: format, found: problems });
    return null;
  }
  if (!Buffer.from(manifestText(value)).equals(bytes)) {
    const expected = "sorted keys, indent of two spaces";
    report.add({ what: "manifest-form", where, expected, found: "another layout" });
  }
  return value;
}

function formatOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "format" in value ? value.format : null;
}

/** Parses JSON that anybody may have written; `problem` says why there is no value. */
export function jsonOf(
  bytes: Buffer,
): { readonly value: unknown; readonly problem: null } | { readonly value: null; readonly problem: string } {
  if (!isUtf8(bytes)) return { value: null, problem: "bytes that are not UTF-8" };
  if (nestsTooDeep(bytes)) return { value: null, problem: "JSON that is nested too deep" };
  try {
    return { value: JSON.parse(bytes.toString("utf8")) as unknown, problem: null };
  } catch (error) {
    return { value: null, problem: String(error) };
  }
}
