import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite, test } from "node:test";

import { commands } from "../src/cli/commands.ts";
import { exitStatuses } from "../src/core/errors.ts";
import { rules } from "../src/quality/registry.ts";
import { evidenceKinds, signalKinds } from "../src/rights/registry.ts";

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

suite("the documents", () => {
  test("name every command with its options, and every exit status", () => {
    const sections = sectionsOf(read("docs/cli.md"));
    for (const { name, options } of commands) {
      const section = sections.get(`colophon ${name}`);
      assert.ok(section !== undefined, `docs/cli.md has no section for ${name}`);
      for (const { flags } of options) {
        assert.ok(section.includes(`| \`${flags}\` |`), `the section of ${name} says nothing of ${flags}`);
      }
    }
    const statuses = sections.get("Exit statuses") ?? "";
    for (const { code, meaning } of Object.values(exitStatuses)) {
      assert.ok(statuses.includes(`| ${code} | ${meaning} |`), `exit status ${code}`);
    }
  });

  test("name every rule, kind of evidence and kind of signal", () => {
    const page = read("docs/rules.md");
    for (const { name } of [...rules, ...evidenceKinds, ...signalKinds]) {
      assert.ok(page.includes(`| \`${name}\` |`), `docs/rules.md says nothing of ${name}`);
    }
  });

  test("give a reason for each dependency that a user installs", () => {
    const { dependencies, optionalDependencies } = JSON.parse(read("package.json")) as Record<string, object>;
    const page = read("docs/dependencies.md");
    const packages = [...page.matchAll(/^\| ([^|]+) \| [^|]+ \| [^|]+ \| [^|]+ \|$/gm)].map(([, cell = ""]) => cell);
    const reasoned = new Set(packages.flatMap((cell) => cell.replace(/ \(.*\)/, "").split(", ")));
    const names = Object.keys({ ...dependencies, ...optionalDependencies });
    assert.ok(names.length > 5);
    for (const name of names) assert.ok(reasoned.has(name), `docs/dependencies.md says nothing of ${name}`);
  });

  test("point to and name only files that are there", () => {
    const pages = globSync(["*.md", "docs/**/*.md"]);
    assert.ok(pages.length >= 11, `found ${pages.length} documents: the test itself is broken`);
    for (const path of pages) {
      for (const [, target = ""] of read(path).matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)) {
        assert.ok(existsSync(join(dirname(path), target)), `${path} points to ${target}`);
      }
      // `room/file.ts` in a sentence is below `src`.
      for (const [, file = ""] of read(path).matchAll(/`(?:node )?([\w.-]+\/[\w./-]+\.(?:ts|js|sql|json))\b/g)) {
        assert.ok(existsSync(file) || existsSync(join("src", file)), `${path} names ${file}, which is not there`);
      }
    }
  });
});

/** The text below each heading of the second rank, by heading. */
function sectionsOf(page: string): Map<string, string> {
  const parts = page.split(/^## /m).slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf("\n")), part]));
}

suite("the compiler", () => {
  test("is told nothing that weakens it", () => {
    const { compilerOptions } = JSON.parse(read("tsconfig.json")) as { compilerOptions: Record<string, unknown> };
    assert.equal(compilerOptions["strict"], true);
    const off = Object.entries(compilerOptions)
      .filter(([, value]) => value === false)
      .map(([name]) => name);
    assert.deepEqual(off, ["allowUnreachableCode", "allowUnusedLabels"]);
  });
});

suite("the Node guard", () => {
  test("is plain JavaScript that an old Node can parse", () => {
    for (const path of ["bin/require-node.js", "bin/colophon.js"]) {
      assert.doesNotMatch(read(path), /\?\?|\?\.|^\s*await|\benum\b|: string/m, path);
    }
  });
});
