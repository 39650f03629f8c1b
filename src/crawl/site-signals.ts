import { LRUCache } from "lru-cache";

import type { SiteSignal } from "../core/rights.ts";
import { siteReaderOf } from "../rights/site/site-reader.ts";
import type { KnownRobots, RobotsKeeper } from "./robots/robots-keeper.ts";
import type { KnownTdmrep, TdmrepKeeper } from "./tdmrep-keeper.ts";

/** What the files of a host, as they are known now, say of one of its pages. */
export type SiteSignals = (host: string, url: string) => readonly SiteSignal[];

type Reader = (url: string) => readonly SiteSignal[];

/** The files of a host, read once for all of its pages. */
interface ReadFiles {
  readonly robots: KnownRobots | null;
  readonly tdmrep: KnownTdmrep | null;
  readonly readers: readonly Reader[];
}

/** Hosts are visited in turns: their files are read again when many others came in between. */
const rememberedHosts = 200;

/** @param agents lower-case names, beside those of training crawlers, whose groups in robots.txt are looked at */
export function siteSignals(robots: RobotsKeeper, tdmrep: TdmrepKeeper | null, agents: readonly string[]): SiteSignals {
  const hosts = new LRUCache<string, ReadFiles>({ max: rememberedHosts });
  const wanted = new Set(agents);
  return (host, url) => {
    const now = { robots: robots.known(host), tdmrep: tdmrep?.known(host) ?? null };
    let files = hosts.get(host);
    if (files === undefined || files.robots !== now.robots || files.tdmrep !== now.tdmrep) {
      files = { ...now, readers: readersOf(now, wanted) };
      hosts.set(host, files);
    }
    const [first, second] = files.readers;
    if (second !== undefined) return files.readers.flatMap((read) => read(url));
    return first === undefined ? none : first(url);
  };
}

const none: readonly SiteSignal[] = [];

function readersOf({ robots, tdmrep }: Omit<ReadFiles, "readers">, agents: ReadonlySet<string>): Reader[] {
  const readers: Reader[] = [];
  const outcome = robots?.outcome;
  if (outcome?.kind === "rules") readers.push(siteReaderOf({ kind: "robots-txt", text: outcome.text }, agents));
  if (tdmrep !== null && tdmrep.text !== null)
    readers.push(siteReaderOf({ kind: "tdmrep", text: tdmrep.text }, agents));
  return readers;
}
