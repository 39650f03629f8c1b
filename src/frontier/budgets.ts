import type { BudgetReason, Budgets } from "./frontier.ts";

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
