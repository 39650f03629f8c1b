import { schemaProblems } from "../../schema/schema-problems.ts";
import { manifestText } from "../manifest-text.ts";
import type { Findings } from "./findings.ts";

/**
 * Reads a head (`manifest.json`, `corpus.json`) and compares its form with its schema.
 * @returns what the schema describes; `null` when it is none, and nothing else can be trusted
 */
export function headOf(bytes: Buffer, where: string, schema: "manifest" | "corpus", report: Findings): unknown {
  const text = bytes.toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    report.add({ what: "manifest-unreadable", where, expected: "JSON", found: String(error) });
    return null;
  }
  const problems = schemaProblems(schema)(value);
  if (problems !== "") {
    report.add({ what: "manifest-schema", where, expected: `colophon-${schema}/1`, found: problems });
    return null;
  }
  if (manifestText(value) !== text) {
    const expected = "sorted keys, indent of two spaces";
    report.add({ what: "manifest-form", where, expected, found: "another layout" });
  }
  return value;
}
