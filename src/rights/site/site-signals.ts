import type { SiteFile } from "../../core/records.ts";
import type { SiteSignal } from "../../core/rights.ts";

export function siteReaderOf(_file: SiteFile, _agents: ReadonlySet<string>): (url: string) => readonly SiteSignal[] {
  return () => [];
}
