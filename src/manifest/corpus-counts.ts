import type { Count, Manifest } from "./manifest-head.ts";

/** Counts documents as they pass. */
export interface CorpusCounts {
  readonly add: (document: {
    readonly language: string;
    readonly licence: string;
    readonly textBytes: number;
    readonly words: number;
  }) => void;
  readonly result: () => Pick<Manifest, "totals" | "languages" | "licences">;
}

/** What `manifest.json` says of its rows; the verifier counts them with the same hand. */
export function corpusCounts(): CorpusCounts {
  const totals = { documents: 0, textBytes: 0, words: 0 };
  const languages = new Map<string, Mutable<Count>>();
  const licences = new Map<string, Mutable<Count>>();
  return {
    add({ language, licence, textBytes, words }) {
      for (const count of [totals, entry(languages, language), entry(licences, licence)]) {
        count.documents++;
        count.textBytes += textBytes;
        count.words += words;
      }
    },
    result: () => ({
      totals: { ...totals },
      languages: Object.fromEntries(languages),
      licences: Object.fromEntries(licences),
    }),
  };
}

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

function entry(table: Map<string, Mutable<Count>>, key: string): Mutable<Count> {
  const known = table.get(key);
  if (known !== undefined) return known;
  const fresh = { documents: 0, textBytes: 0, words: 0 };
  table.set(key, fresh);
  return fresh;
}
