import { readFileSync } from "node:fs";

/** `colophon 0.1.0`: the version in the package's own package.json, beside the sources or above the compiled files. */
export function softwareVersion(): string {
  const place = import.meta.url.includes("/dist/src/") ? "../../../package.json" : "../../package.json";
  const parsed: unknown = JSON.parse(readFileSync(new URL(place, import.meta.url), "utf8"));
  const version =
    typeof parsed === "object" && parsed !== null && "version" in parsed ? String(parsed.version) : "0.0.0";
  return `colophon ${version}`;
}
