import assert from "node:assert/strict";
import { cpSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, suite, test } from "node:test";

import { checkTypes, packedProject } from "./packed-project.ts";

interface Block {
  readonly language: string;
  readonly text: string;
}

const page = readFileSync(new URL("../../docs/library.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", text = ""]): Block => ({
  language,
  text,
}));

suite("the package, installed from its tarball into an empty project", () => {
  const project = packedProject();
  after(() => project[Symbol.dispose]());
  const write = (name: string, text: string): void => writeFileSync(join(project.folder, name), text);

  for (const [index, { language, text }] of blocks.entries()) {
    if (language === "sh") {
      test(`docs/library.md: the commands of block ${index + 1} do what they say`, () => {
        project.run("sh", "-euc", text.replaceAll("npx colophon", "colophon"));
      });
    }
    if (language === "ts") {
      test(`docs/library.md: the example of block ${index + 1} prints what stands below it`, () => {
        const expected = blocks[index + 1];
        assert.equal(expected?.language, "text", "an example is followed by what it prints");
        write(`example-${index + 1}.ts`, text);
        assert.equal(project.run(process.execPath, `example-${index + 1}.ts`), expected?.text);
      });
    }
  }

  test("docs/library.md names every function that the package exports, and every path", () => {
    const list = 'import("colophon").then((all) => console.log(Object.keys(all).join(" ")))';
    const { exports } = JSON.parse(project.run("cat", "node_modules/colophon/package.json")) as { exports: object };
    const paths = Object.keys(exports).filter((path) => path !== "./package.json");
    const names = project.run(process.execPath, "-e", list).trim().split(" ");
    assert.ok(names.length > 20 && paths.length === 5);
    for (const name of [...names, ...paths.map((path) => path.replace(".", "colophon"))]) {
      assert.match(page, new RegExp(`(?<![\\w/])${name}(?![\\w/])`), `docs/library.md says nothing of ${name}`);
    }
  });

  for (const file of globSync(new URL("project/*.ts", import.meta.url).pathname)) {
    test(`${basename(file)} passes there`, () => {
      cpSync(file, join(project.folder, basename(file)));
      assert.match(project.run(process.execPath, "--test", basename(file)), /pass [1-9]/);
    });
  }

  test("has types that hold under strict with the library's own declarations checked", () => {
    checkTypes(project);
  });
});
