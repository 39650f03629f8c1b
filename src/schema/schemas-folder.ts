import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The `schemas` folder of this package; compiled code is one folder deeper (`dist/src/...`) than its source. */
export function schemasFolder(): string {
  const [fromSource, fromCompiled] = ["../../schemas", "../../../schemas"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  ) as [string, string];
  return existsSync(fromSource) ? fromSource : fromCompiled;
}
