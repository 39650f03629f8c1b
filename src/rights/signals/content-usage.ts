import type { Signal } from "../../core/rights.ts";
import { headerValues } from "../header-values.ts";
import type { SignalKind } from "../evidence-kind.ts";
import { quoteOf } from "../quote.ts";
import { structuredDictionaryOf } from "../structured-dictionary.ts";

const labels = new Set(["train-ai", "search"]);

/** Labels of earlier drafts whose `n` included training; their `y` says nothing for sure. */
const formerTrainingLabels = new Set(["tdm", "ai", "genai", "train-genai", "all", "bots"]);

/** The HTTP header `Content-Usage`; a value that is neither `y` nor `n`, or a field that cannot be parsed, is unknown. */
export const contentUsage: SignalKind = {
  name: "content-usage",
  revision: 2,
  source: "IETF AIPREF drafts vocab-07 and attach-05; RFC 9651",
  read(view) {
    const values = headerValues(view, "content-usage");
    if (values.length === 0) return [];
    const text = values.join(", ");
    const members = structuredDictionaryOf(text);
    if (members === null) return [signal("train-ai", null, text)];
    return [...members].flatMap(([label, token]) => {
      const quote = `${label}=${token ?? "?"}`;
      if (labels.has(label)) return [signal(label, token === "y" || token === "n" ? token : null, quote)];
      return token === "n" && formerTrainingLabels.has(label) ? [signal("train-ai", "n", quote)] : [];
    });
  },
};

function signal(preference: string, value: Signal["value"], text: string): Signal {
  return {
    kind: "content-usage",
    preference,
    value,
    agent: "*",
    place: "http-header:content-usage",
    quote: quoteOf(text),
    policyUrl: null,
  };
}
