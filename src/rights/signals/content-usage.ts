import type { Preference, SeenSignal } from "../../core/rights.ts";
import type { SignalKind } from "../evidence-kind.ts";
import { headerValues } from "../header-values.ts";
import { quoteOf } from "../quote.ts";
import { structuredDictionaryOf } from "../structured-dictionary.ts";

/** Labels of earlier drafts. Their `n` included training; their `y` says nothing certain. */
const formerTrainingLabels = new Set(["tdm", "ai", "genai", "train-genai", "all", "bots"]);

/** Labels that no draft has but that speak of training (`ai-train`, `train_ai`, `train-genai-output`). */
const unknownTrainingLabel = /train|tdm|genai/;

/**
 * The HTTP header `Content-Usage`; a value that is neither `y` nor `n`, or a field that cannot be parsed, is unknown. So is
 * training where a label that is not read speaks of it and does not allow it.
 */
export const contentUsage = {
  name: "content-usage",
  revision: 4,
  source: "IETF AIPREF drafts vocab-07 and attach-05; RFC 9651",
  read(view) {
    const values = headerValues(view, "content-usage");
    if (values.length === 0) return [];
    return usagesOf(values.join(", ")).map(({ preference, value, quote }) => ({
      kind: "content-usage",
      preference,
      value,
      agent: "*",
      place: "http-header:content-usage",
      quote: quoteOf(quote),
      policyUrl: null,
    }));
  },
} as const satisfies SignalKind;

/** What a list of preferences says of one use. */
export interface Usage {
  readonly preference: Preference;
  readonly value: SeenSignal["value"];
  /** As written, not shortened. */
  readonly quote: string;
}

/** Reads `train-ai=n, search=y`, wherever it stands; labels that say nothing certain are left out. */
export function usagesOf(text: string): Usage[] {
  const members = structuredDictionaryOf(text);
  if (members === null) return [{ preference: "train-ai", value: null, quote: text }];
  return [...members].flatMap(([label, token]): Usage[] => {
    const quote = `${label}=${token ?? "?"}`;
    if (label === "train-ai" || label === "search")
      return [{ preference: label, value: token === "y" || token === "n" ? token : null, quote }];
    const former = formerTrainingLabels.has(label);
    if (token === "y" || !(former || unknownTrainingLabel.test(label))) return [];
    return [{ preference: "train-ai", value: former && token === "n" ? "n" : null, quote }];
  });
}
