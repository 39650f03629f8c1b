import type { CreativeCommonsTool } from "./url.ts";

const unportedVersions = ["1.0", "2.0", "2.5", "3.0", "4.0"];
const unportedUnits = ["BY", "BY-NC", "BY-NC-ND", "BY-NC-SA", "BY-ND", "BY-SA"];

/** The ports that the SPDX list has; every other port keeps its name in a `LicenseRef`. */
const ports = [
  "BY-2.5-AU BY-3.0-AT BY-3.0-AU BY-3.0-DE BY-3.0-IGO BY-3.0-NL BY-3.0-US",
  "BY-NC-3.0-DE BY-NC-3.0-IGO BY-NC-ND-3.0-DE BY-NC-ND-3.0-IGO",
  "BY-NC-SA-2.0-DE BY-NC-SA-2.0-FR BY-NC-SA-2.0-UK BY-NC-SA-3.0-DE BY-NC-SA-3.0-IGO",
  "BY-ND-3.0-DE BY-SA-2.0-UK BY-SA-2.1-JP BY-SA-3.0-AT BY-SA-3.0-DE BY-SA-3.0-IGO",
].flatMap((line) => line.split(" "));

const listed = new Set([
  ...unportedUnits.flatMap((unit) => unportedVersions.map((version) => `${unit}-${version}`)),
  ...ports,
  "SA-1.0",
]);

const publicDomain: Readonly<Record<string, string>> = {
  ZERO: "CC0-1.0",
  MARK: "CC-PDM-1.0",
  CERTIFICATION: "CC-PDDC",
};

/**
 * SPDX id of a Creative Commons tool, else `LicenseRef-CC-...` with what is stated and nothing more. Source: SPDX
 * license list 3.0.24. A port is never mapped to the unported tool, and no version is filled in. The three public
 * domain tools exist in one version each, so for them nothing is guessed.
 */
export function creativeCommonsIdOf({ unit, version, jurisdiction }: CreativeCommonsTool): string {
  const dedication = publicDomain[unit];
  if (dedication !== undefined) return dedication;
  // A LicenseRef may not contain "+".
  const name = unit === "BY-ND-NC" && version === "1.0" ? "BY-NC-ND" : unit.replace("+", "-PLUS");
  if (version === null) return `LicenseRef-CC-${name}-unversioned`;
  const id = [name, version, ...(jurisdiction === null ? [] : [jurisdiction])].join("-");
  return listed.has(id) ? `CC-${id}` : `LicenseRef-CC-${id}`;
}
