import type { Policy } from "../core/decisions.ts";
import type { Inherited } from "../core/versions.ts";
import { storyOf, type Story } from "../ledger/capture-history.ts";
import { currentPolicy, unjudgedDocument } from "../ledger/decisions.ts";
import type { Ledger } from "../ledger/open.ts";
import { inheritanceOf, type Inheritance } from "./inheritance.ts";

/** All that is known of a capture, and what holds for its document from elsewhere under the policy that decided last. */
export interface WholeStory extends Story {
  /** `null`: no other capture was looked at, or no policy has been applied yet. */
  readonly inherited: Inherited | null;
}

/** As `storyOf`. */
export function wholeStories(ledgers: readonly Ledger[], wanted: string): WholeStory[] {
  const inheritances = new Map<Ledger, Inheritance>();
  const of = (ledger: Ledger, policy: Policy): Inheritance => {
    const known = inheritances.get(ledger) ?? inheritanceOf(ledger, policy);
    inheritances.set(ledger, known);
    return known;
  };
  return storyOf(ledgers, wanted).map((story) => {
    const found = story.document === null ? null : heirIn(ledgers, Number(story.document["key"]));
    const policy = found === null ? null : currentPolicy(found.ledger);
    const inherited = found === null || policy === null ? null : of(found.ledger, policy)(found.document);
    return Object.assign(story, { inherited });
  });
}

function heirIn(
  ledgers: readonly Ledger[],
  key: number,
): { readonly ledger: Ledger; readonly document: NonNullable<ReturnType<typeof unjudgedDocument>> } | null {
  for (const ledger of ledgers) {
    const document = unjudgedDocument(ledger, key);
    if (document !== null) return { ledger, document };
  }
  return null;
}
