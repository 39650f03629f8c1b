/** How much of something was compared; `why` says why it was not all. */
export interface Check {
  readonly done: "all" | "part" | "none";
  readonly why: string;
}

/** What a verification compared the rows with. A manifest that agrees with itself alone may have been made up as a whole. */
export interface Checks {
  /** The archived bytes, read again. */
  readonly archives: Check;
  /** The corpus' own ledger: whether these are the documents it keeps, and all of them. */
  readonly ledger: Check;
  /** The manifest's own policy, applied again to each row. */
  readonly policy: Check;
  /** A root that is known from elsewhere. */
  readonly root: Check;
  /** The texts beside the rows. */
  readonly texts: Check;
}

export const wholly: Check = { done: "all", why: "" };

export function partly(why: string): Check {
  return { done: "part", why };
}

export function notAtAll(why: string): Check {
  return { done: "none", why };
}

/** Nothing was compared, for one and the same reason. */
export function unreadChecks(why: Check): Checks {
  return { archives: why, ledger: why, policy: why, root: why, texts: why };
}

/** Of several partitions: what was not done in one of them was not done of the whole. */
export function checksTogether(all: readonly Checks[], root: Check): Checks {
  const of = (name: Exclude<keyof Checks, "root">): Check => together(all.map((checks) => checks[name]));
  return { archives: of("archives"), ledger: of("ledger"), policy: of("policy"), root, texts: of("texts") };
}

function together(all: readonly Check[]): Check {
  const lacking = all.find(({ done }) => done !== "all");
  if (lacking === undefined || all.every(({ done }) => done === "none")) return lacking ?? wholly;
  return partly(lacking.why);
}
