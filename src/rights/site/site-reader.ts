import type { SiteFile } from "../../core/records.ts";
import type { SiteSignal, siteSignalKindNames } from "../../core/rights.ts";
import { robotsFileIn } from "../../robots/parse.ts";
import { stepBudget } from "../../robots/verdict.ts";
import { boundedSignals } from "../registry.ts";
import { agentRules } from "./agent-rules.ts";
import { contentSignal } from "./content-signal.ts";
import { contentUsageOfSite } from "./content-usage.ts";
import { fileOfListed } from "./listed-agents.ts";
import { robotsTxt } from "./robots-txt.ts";
import type { PageReader, RobotsSite, SiteSignalKind } from "./site-signal-kind.ts";
import { tdmrep } from "./tdmrep.ts";

type InOrderOf<Names extends readonly string[]> = {
  readonly [At in keyof Names]: Pick<SiteSignalKind<never>, "revision" | "source"> & { readonly name: Names[At] };
};

const ofRobots: readonly SiteSignalKind<RobotsSite>[] = [robotsTxt, contentSignal, contentUsageOfSite];

/** Every kind of signal that a file of a site can give. */
export const siteSignalKinds: InOrderOf<typeof siteSignalKindNames> = [
  robotsTxt,
  contentSignal,
  contentUsageOfSite,
  tdmrep,
];

/** What a file of a site says of the page at an address of that site, at most 50 signals of each kind. Never throws. */
export type SiteReader = (url: string) => SiteSignal[];

/**
 * Reads a file once; what it gives answers for each page of the site.
 * @param agents whose own groups in robots.txt matter besides those of agents of training, in lower case
 */
export function siteReaderOf({ kind, text, cut }: SiteFile, agents: ReadonlySet<string>): SiteReader {
  const complete = cut !== true;
  const readers = kind === "tdmrep" ? [tdmrep.readerOf({ text, complete })] : robotsReaders(text, agents, complete);
  return (url) => {
    const page = { url, path: pathOf(url), budget: stepBudget() };
    return readers.flatMap((read) => boundedSignals(read(page)));
  };
}

function robotsReaders(text: string, agents: ReadonlySet<string>, isWhole: boolean): PageReader[] {
  const file = robotsFileIn(text);
  const site = { file, complete: isWhole && !file.unread, rulesOf: agentRules(file), agents };
  const listed = fileOfListed(file);
  if (listed === null) return ofRobots.map((kind) => kind.readerOf(site));
  const beside = { file: listed, complete: true, rulesOf: agentRules(listed), agents };
  return ofRobots.map((kind) => {
    const [first, second] = [kind.readerOf(site), kind.readerOf(beside)];
    return (page) => [...first(page), ...second(page)];
  });
}

function pathOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? url.replace(/^[a-z]+:\/\/[^/]*/iu, "") : parsed.pathname + parsed.search;
}
