// Opens the store of its kind at the path given, and is killed just before the n-th call into SQLite of that.
import Database from "better-sqlite3";

import { openFrontierFile } from "../../src/frontier/sqlite-file.ts";
import { openLedger } from "../../src/ledger/open.ts";

const [kind, path, calls] = process.argv.slice(2);
if (path === undefined) throw new Error("usage: node open-and-die.ts ledger|frontier PATH CALLS");
let left = Number(calls);
for (const name of ["pragma", "exec", "prepare"] as const) {
  const real: (...args: never[]) => unknown = Database.prototype[name];
  Object.defineProperty(Database.prototype, name, {
    value: function counted(this: Database.Database, ...args: never[]): unknown {
      if (left-- === 0) process.kill(process.pid, "SIGKILL");
      return real.apply(this, args);
    },
  });
}
if (kind === "ledger") openLedger(path, { mode: "write" }).close();
else openFrontierFile(path);
