import { LRUCache } from "lru-cache";

import type { Note, Notes } from "../frontier/frontier.ts";

/** What led to a URL, as far as bounds depend on it. */
export interface UrlWay {
  /** Redirects in a row. */
  readonly redirects: number;
  /** Sitemaps that name further sitemaps. */
  readonly indexes: number;
  /** Hosts (`hostKeyOf`) whose robots.txt names it as a sitemap. */
  readonly namedBy: readonly string[];
}

/** Ways to URLs that are found and not yet visited: noted with the end of the turn that found them, for the process that visits them. */
export interface UrlWays {
  readonly of: (url: string) => UrlWay;
  readonly change: (url: string, change: Partial<UrlWay>) => void;
  /** The URL was visited: only who names it still matters, should it be visited again. */
  readonly end: (url: string) => void;
  /** What the frontier is to write down of a URL that was changed or ended; `null` when it would say nothing new. */
  readonly newNote: (url: string) => Note | null;
}

const plainWay: UrlWay = { redirects: 0, indexes: 0, namedBy: [] };
/** Most are written down within a second, and can then be read back. */
const rememberedWays = 5_000;

/** The note of the way to a URL. */
export function wayNote(url: string): string {
  return `way ${url}`;
}

export function urlWays(notes: Notes): UrlWays {
  const ways = new LRUCache<string, UrlWay>({ max: rememberedWays });
  const noted = (url: string): UrlWay | null => {
    const text = notes.note(wayNote(url));
    return text === null ? null : (JSON.parse(text) as UrlWay);
  };
  const of = (url: string): UrlWay => ways.get(url) ?? noted(url) ?? plainWay;
  const change = (url: string, change: Partial<UrlWay>): void => {
    const way = { ...of(url), ...change };
    ways.set(url, way);
  };
  return {
    of,
    change,
    end(url) {
      const { redirects, indexes } = of(url);
      if (redirects > 0 || indexes > 0) change(url, { redirects: 0, indexes: 0 });
    },
    newNote(url) {
      const way = ways.get(url);
      if (way === undefined) return null;
      const { redirects, indexes, namedBy } = way;
      const isPlain = redirects === 0 && indexes === 0 && namedBy.length === 0;
      if (isPlain) ways.delete(url);
      return [wayNote(url), isPlain ? null : JSON.stringify(way)];
    },
  };
}
