import type { SiteFile } from "../../../src/core/records.ts";
import type { SiteFileKind } from "../../../src/core/rights.ts";
import { siteReaderOf } from "../../../src/rights/site/site-reader.ts";

export const site = "https://example.org";
export const page = `${site}/a/page?x=1`;

/** `kind preference=value agent` of each signal that a file gives of a page. */
export function said(kind: SiteFileKind, text: string, url = page, agents: readonly string[] = []): string[] {
  return saidBy({ kind, text }, url, agents);
}
export function saidBy(file: SiteFile, url = page, agents: readonly string[] = []): string[] {
  return siteReaderOf(
    file,
    new Set(agents),
  )(url).map((signal) => `${signal.kind} ${signal.preference}=${signal.value ?? "?"} ${signal.agent}`);
}

/** An entry of a tdmrep.json. */
export const reservation = (location: unknown, value: unknown): object => ({ location, "tdm-reservation": value });
