import type { LicenceKnowledge } from "../core/decisions.ts";
import { licenceAttributesOf, licenceRank } from "./licence-table.ts";

/** What policies ask about licences, from the licence table. */
export const licenceKnowledge: LicenceKnowledge = {
  familyOf: (licence) => licenceAttributesOf(licence).family,
  rankOf: licenceRank,
};
