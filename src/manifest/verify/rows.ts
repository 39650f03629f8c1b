import { yieldToEventLoop } from "../../async/yield.ts";
import { PipelineError } from "../../core/errors.ts";
import type { Hex } from "../../core/records.ts";
import { schemaProblems, type SchemaProblems } from "../../schema/schema-problems.ts";
import { readLines } from "../line-reader.ts";
import type { Manifest } from "../manifest-head.ts";
import { licenceInForce, type ManifestRow } from "../manifest-row.ts";
import { corpusCounts } from "../manifest-sums.ts";
import { canonicalJson, documentsPath } from "../manifest-text.ts";
import { merkleTree } from "../merkle.ts";
import { stopIfAborted } from "../open-file.ts";
import type { ManifestInFolder } from "./files.ts";
import type { Findings } from "./findings.ts";
import { jsonOf } from "./head.ts";
import { verifyRowItself } from "./row-itself.ts";
import { textWalk } from "./texts.ts";

/**
 * Walks rows and texts side by side, once: form and order of each row, its place in a known archive, its text, then the
 * counts and the root over all of them.
 * @param onRow called for each row of the right form
 */
export async function verifyRows(
  { directory, manifest }: Pick<ManifestInFolder, "directory" | "manifest">,
  report: Findings,
  onRow: (row: ManifestRow) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<{ readonly root: Hex; readonly documents: number; readonly texts: number }> {
  const tree = merkleTree();
  const counts = corpusCounts();
  const problemsOf = schemaProblems("document-row");
  const judge = rowJudge(manifest, report);
  await using texts = textWalk({ directory, files: manifest.files, signal }, report);
  let documents = 0;
  try {
    // Whoever states fewer rows than there are is found out by the first one too many.
    const bounds = { lines: manifest.totals.documents, signal };
    for await (const line of readLines(directory, documentsPath, bounds)) {
      await yieldToEventLoop();
      stopIfAborted(signal);
      tree.push(line);
      documents++;
      const row = readRow(line, `${documentsPath}:${documents}`, problemsOf, report);
      if (row === null) continue;
      judge(row);
      verifyRowItself(row, report);
      counts.add({
        language: row.language.code,
        licence: licenceInForce(row),
        textBytes: row.text.bytes,
        words: row.text.words,
      });
      await texts.check(row);
      await onRow(row);
    }
    const stated = manifest.files.find(({ path }) => path === documentsPath)?.lines ?? 0;
    report.expect("file-lines", documentsPath, String(stated), String(documents));
  } catch (error) {
    if (!(error instanceof PipelineError) || error.code !== "manifest-broken") throw error;
    report.add({ what: "rows-broken", where: documentsPath, expected: "a whole file of lines", found: error.message });
  }
  await texts.finish();
  const root = tree.root().toString("hex");
  report.expect("root", "root", manifest.root, root);
  for (const [key, found] of Object.entries(counts.result())) {
    const stated = manifest[key as keyof ReturnType<typeof counts.result>];
    report.expect("totals", key, canonicalJson(stated), canonicalJson(found));
  }
  return { root, documents, texts: texts.checked() };
}

/** A line of the rows; `null` when it is of another form, which `report` then says. */
export function readRow(line: Buffer, where: string, problemsOf: SchemaProblems, report: Findings): ManifestRow | null {
  const { value, problem } = jsonOf(line);
  if (problem !== null) {
    report.add({ what: "row-unreadable", where, expected: "JSON", found: problem });
    return null;
  }
  const problems = problemsOf(value);
  if (problems !== "") {
    report.add({ what: "row-schema", where, expected: "a document row", found: problems });
    return null;
  }
  report.expect("row-form", where, canonicalJson(value), line.toString("utf8"));
  return value as ManifestRow;
}

/** Compares what a row says about the rest of the manifest with it. */
function rowJudge(manifest: Manifest, report: Findings): (row: ManifestRow) => void {
  const sources = new Map(manifest.sources.map((source) => [source.sha256, source]));
  const rules = new Set(manifest.rules.map(({ name }) => name));
  let lastId = "";
  return ({ id, archive, measurements }) => {
    if (id <= lastId) report.add({ what: "row-order", where: id, expected: `an id above ${lastId}`, found: id });
    lastId = id;
    const source = sources.get(archive.sha256);
    if (source === undefined || source.name !== archive.name || archive.offset + archive.length > source.bytes) {
      const expected =
        source === undefined ? "an archive among the sources" : `inside ${source.name}, ${source.bytes} bytes`;
      const found = `${archive.name} ${archive.sha256}, ${archive.length} bytes at ${archive.offset}`;
      report.add({ what: "row-archive", where: id, expected, found });
    }
    for (const rule of Object.keys(measurements)) {
      if (!rules.has(rule))
        report.add({ what: "row-rule", where: id, expected: "a rule of the manifest", found: rule });
    }
  };
}
