#!/usr/bin/env node
// The guard is the first import and ends the process on an old Node; no newer syntax may stand in this file.
import "./require-node.js";
import { existsSync } from "node:fs";

const compiled = new URL("../dist/src/cli/main.js", import.meta.url);
const source = new URL("../src/cli/main.ts", import.meta.url);
// A checkout runs its sources; an installed package has only the compiled files.
void import("node:module")
  .then(({ enableCompileCache }) => enableCompileCache())
  .then(() => import(existsSync(source) ? source.href : compiled.href))
  .then(({ main }) => main(process.argv.slice(2)))
  .then((status) => {
    process.exitCode = status;
  });
