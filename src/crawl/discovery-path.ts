import { LRUCache } from "lru-cache";

import { count, listOf, object, text, type Shape } from "../core/json-shape.ts";
import { type Note, type Notes, readNote } from "../frontier/frontier.ts";

/** What led to a URL, as far as bounds depend on it. */
export interface DiscoveryPath {
  /** Redirects in a row. */
  readonly redirects: number;
  /** Sitemaps that name further sitemaps. */
  readonly indexes: number;
  /** Hosts (`hostKeyOf`) whose robots.txt names it as a sitemap. */
  readonly namedBy: readonly string[];
}

/** Paths to URLs that are found and not yet visited: noted with the turn that found them, for the one that visits them. */
export interface DiscoveryPaths {
  readonly of: (url: string) => DiscoveryPath;
  readonly change: (url: string, change: Partial<DiscoveryPath>) => void;
  /** The URL was visited: only who names it still matters, should it be visited again. */
  readonly visited: (url: string) => void;
  /** What the frontier is to write down of a URL that was changed or ended; `null` when it would say nothing new. */
  readonly newNote: (url: string) => Note | null;
}

const pathShape: Shape<DiscoveryPath> = object({ redirects: count, indexes: count, namedBy: listOf(text) });
const plainPath: DiscoveryPath = { redirects: 0, indexes: 0, namedBy: [] };
/** Most are written down within a second, and can then be read back. */
const rememberedPaths = 5_000;

/** Name of the note of the path to a URL. */
export function pathNote(url: string): string {
  return `way ${url}`;
}

export function discoveryPaths(notes: Notes): DiscoveryPaths {
  const paths = new LRUCache<string, DiscoveryPath>({ max: rememberedPaths });
  const of = (url: string): DiscoveryPath => paths.get(url) ?? readNote(notes, pathNote(url), pathShape) ?? plainPath;
  const change = (url: string, change: Partial<DiscoveryPath>): void => {
    const path = { ...of(url), ...change };
    paths.set(url, path);
  };
  return {
    of,
    change,
    visited(url) {
      const { redirects, indexes } = of(url);
      if (redirects > 0 || indexes > 0) change(url, { redirects: 0, indexes: 0 });
    },
    newNote(url) {
      const path = paths.get(url);
      if (path === undefined) return null;
      const { redirects, indexes, namedBy } = path;
      const isPlain = redirects === 0 && indexes === 0 && namedBy.length === 0;
      if (isPlain) paths.delete(url);
      return [pathNote(url), isPlain ? null : JSON.stringify(path)];
    },
  };
}
