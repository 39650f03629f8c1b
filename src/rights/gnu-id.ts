const names: Readonly<Record<string, string>> = { gpl: "GPL", lgpl: "LGPL", agpl: "AGPL", fdl: "GFDL" };

/** Versions that exist; any other is kept as stated, but under `LicenseRef`. */
const versions: Readonly<Record<string, readonly string[]>> = {
  GPL: ["1.0", "2.0", "3.0"],
  LGPL: ["2.0", "2.1", "3.0"],
  AGPL: ["1.0", "3.0"],
  GFDL: ["1.1", "1.2", "1.3"],
};

/**
 * SPDX id of a GNU licence.
 * @param name `gpl`, `lgpl`, `agpl` or `fdl`
 * @param orLater true only where "or any later version" is said; SPDX reads silence as `-only`
 */
export function gnuIdOf(name: string, version: string | null, orLater: boolean): string {
  const id = names[name] ?? "GPL";
  if (version === null) return `LicenseRef-${id}-unversioned`;
  const full = version.includes(".") ? version : `${version}.0`;
  const known = versions[id]?.includes(full) === true;
  return `${known ? "" : "LicenseRef-"}${id}-${full}-${orLater ? "or-later" : "only"}`;
}
