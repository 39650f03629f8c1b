import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type Database from "better-sqlite3";

import { PipelineError } from "../core/errors.ts";
import { schemasFolder } from "../schema/schemas-folder.ts";

/** Files of `schemas/sql`, in order; the number that begins the name of each is the version it leads to. */
function migrations(): readonly string[] {
  const names = readdirSync(join(schemasFolder(), "sql")).sort();
  for (const [index, name] of names.entries()) {
    if (Number(name.slice(0, 4)) !== index + 1) throw new PipelineError("ledger-version", `${name} is out of order`);
  }
  return names;
}

/** The schema that this program reads and writes, as a number. */
export function latestVersion(): number {
  return migrations().length;
}

/** Brings the schema up to date, each step in a transaction of its own: a killed process leaves a whole older version. */
export function migrate(db: Database.Database): void {
  for (const [index, name] of migrations().entries()) {
    const step = db.transaction(() => {
      if ((db.pragma("user_version", { simple: true }) as number) > index) return;
      db.exec(readFileSync(join(schemasFolder(), "sql", name), "utf8"));
      db.pragma(`user_version = ${index + 1}`);
    });
    step.immediate();
  }
}
