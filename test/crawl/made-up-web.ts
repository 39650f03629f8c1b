const hosts = 12;
const pages = 600;

const urlOf = (page: number): string => `http://host-${page % hosts}.example/page-${page}`;

export const seeds = [urlOf(0)];

/** Three links, all of which lead on: from page 0 every page can be reached. */
export function linksOf(url: string): string[] {
  const page = Number(url.slice(url.lastIndexOf("-") + 1));
  return [page * 2 + 1, page * 2 + 2, page - 1].filter((other) => other >= 0 && other < pages).map(urlOf);
}

export const allPages = Array.from({ length: pages }, (_, page) => urlOf(page));
