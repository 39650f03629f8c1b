import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";

import { commands } from "../src/cli/commands.ts";
import { exitStatuses } from "../src/core/errors.ts";
import { rules } from "../src/quality/registry.ts";
import { evidenceKinds, signalKinds } from "../src/rights/registry.ts";

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

suite("the documents", () => {
  test("name every command with its options, and every exit status", () => {
    const cli = read("docs/cli.md");
    for (const { name, options } of commands) {
      assert.ok(cli.includes(`colophon ${name}`), `docs/cli.md says nothing of ${name}`);
      for (const { flags } of options) assert.ok(cli.includes(flags), `docs/cli.md says nothing of ${name} ${flags}`);
    }
    for (const { code, meaning } of Object.values(exitStatuses))
      assert.ok(cli.includes(meaning), `exit status ${code}`);
  });

  test("name every rule, kind of evidence and kind of signal", () => {
    const page = read("docs/rules.md");
    for (const { name } of [...rules, ...evidenceKinds, ...signalKinds]) assert.ok(page.includes(name), name);
  });

  test("give a reason for each dependency that a user installs", () => {
    const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
    const page = read("docs/architecture.md");
    const names = Object.keys(dependencies);
    assert.ok(names.length > 5);
    for (const name of names) assert.ok(page.includes(name), `docs/architecture.md says nothing of ${name}`);
  });

  test("point only to files that are there", () => {
    for (const path of [
      "README.md",
      "docs/architecture.md",
      "docs/benchmarks.md",
      "docs/provenance-format.md",
      "docs/rules.md",
    ]) {
      const folder = path.includes("/") ? "docs/" : "";
      for (const [, target = ""] of read(path).matchAll(/\]\((?!http|#)([^)#]+)[^)]*\)/g)) {
        assert.doesNotThrow(() => read(`${folder}${target}`), `${path} points to ${target}`);
      }
    }
  });
});

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
