/** Bounds of a crawl; what is left out is unbounded. Raised ones are obeyed from the next opening on. */
export interface Budgets {
  /** URLs that ended `done`. */
  readonly pages?: number;
  readonly bytes?: number;
  /** Of a crawl: time between claims, pauses over a minute not counted. Of a host: sum of its exchanges. */
  readonly timeMs?: number;
}

export type BudgetReason = "budget-pages" | "budget-bytes" | "budget-time";

/** Budgets of the whole crawl, and of each of its hosts. */
export interface CrawlBudgets {
  readonly crawl: Budgets;
  readonly host: Budgets;
}

/** What counts against budgets. */
export interface Spent {
  readonly pages: number;
  readonly bytes: number;
  readonly timeMs: number;
}

/** The first budget that is used up, `null` while none is. */
export function overBudget(spent: Spent, budgets: Budgets): BudgetReason | null {
  if (spent.pages >= (budgets.pages ?? Infinity)) return "budget-pages";
  if (spent.bytes >= (budgets.bytes ?? Infinity)) return "budget-bytes";
  return spent.timeMs >= (budgets.timeMs ?? Infinity) ? "budget-time" : null;
}
