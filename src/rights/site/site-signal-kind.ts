import type { SiteSignal, SiteSignalKindName } from "../../core/rights.ts";
import type { RobotsFile } from "../../robots/parse.ts";
import type { StepBudget } from "../../robots/verdict.ts";
import type { AgentRules } from "./agent-rules.ts";

/** A page that a site's file is asked about. */
export interface SitePage {
  readonly url: string;
  /** With its query, as it is sent. */
  readonly path: string;
  /** Shared by all that is asked about the page. */
  readonly budget: StepBudget;
}

/** What a file says of a page. */
export type PageReader = (page: SitePage) => SiteSignal[];

/** A robots.txt, read once for all pages. */
export interface RobotsSite {
  readonly file: RobotsFile;
  /** False when part of it was not seen or not kept. */
  readonly complete: boolean;
  readonly rulesOf: AgentRules;
  /** Agents whose own groups matter besides those of training, in lower case. */
  readonly agents: ReadonlySet<string>;
}

/** One way of reading such a file; `revision` is raised whenever the same file would give other signals. */
export interface SiteSignalKind<Site> {
  readonly name: SiteSignalKindName;
  readonly revision: number;
  readonly source: string;
  readerOf(site: Site): PageReader;
}
