/** What shapes a document, collected from where each revision is kept: `scripts/generate.ts` writes it as `src/core/build/build.ts`. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { buildIdOf, type Build } from "../src/core/build/build-id.ts";
import { stageRevisions } from "../src/core/build/revisions.ts";
import { mainTextWeights } from "../src/page/main-text/weights.ts";
import { rules } from "../src/quality/registry.ts";
import { evidenceKinds, signalKinds } from "../src/rights/registry.ts";

type Revisions = Build["revisions"];

export function buildTable(): Build {
  const revisions: Revisions = {
    ...named("stage", Object.entries(stageRevisions)),
    ...named("evidence", revisionsOf(evidenceKinds)),
    ...named("signal", revisionsOf(signalKinds)),
    ...named("rule", revisionsOf(rules)),
    "data/language-model": sha256(readFileSync(languageModel())),
    "data/main-text-weights": sha256(JSON.stringify(mainTextWeights)),
    ...named("package", packageVersions()),
  };
  return { id: buildIdOf(revisions), revisions };
}

function revisionsOf(list: readonly { readonly name: string; readonly revision: number }[]): [string, number][] {
  return list.map(({ name, revision }) => [name, revision]);
}

function named(group: string, entries: readonly (readonly [string, string | number])[]): Revisions {
  return Object.fromEntries(entries.map(([name, revision]) => [`${group}/${name}`, revision]));
}

/** Packages whose own code makes characters, or signals, out of bytes. */
function packageVersions(): [string, string][] {
  const own = createRequire(import.meta.url);
  // The parser brings its own copy of the table of character references.
  const parser = createRequire(own.resolve("htmlparser2"));
  return [
    ["htmlparser2", versionAt(own, "htmlparser2")],
    ["entities", versionAt(parser, "entities")],
    ["structured-headers", versionAt(own, "structured-headers")],
  ];
}

/** Exports may hide `package.json`: it is looked for above the package's entry. */
function versionAt(from: NodeJS.Require, name: string): string {
  const entry = from.resolve(name);
  const folder = entry.slice(0, entry.lastIndexOf(`/node_modules/${name}/`) + `/node_modules/${name}/`.length);
  const { version } = JSON.parse(readFileSync(`${folder}package.json`, "utf8")) as { readonly version: string };
  return version;
}

function languageModel(): string {
  const entry = "fasttext.wasm.js/dist/models/language-identification/assets/lid.176.ftz";
  return createRequire(import.meta.url).resolve(entry);
}

function sha256(bytes: Buffer | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}
