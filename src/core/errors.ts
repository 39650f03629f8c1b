/**
 * Exit statuses are an interface: each means one thing, for every command.
 * `docs/cli.md` is generated from this table.
 */
export const exitStatuses = {
  ok: { code: 0, meaning: "done, nothing to report" },
  internal: { code: 1, meaning: "a fault of the program itself; please report it" },
  usage: { code: 2, meaning: "the command line cannot be understood" },
  badInput: { code: 3, meaning: "some input could not be read or is damaged, each is named; the rest was done" },
  found: {
    code: 4,
    meaning: "verification found what does not agree, or a segment, a ledger or a manifest is damaged",
  },
  diskFull: { code: 5, meaning: "no space left; nothing finished is lost, run the same command again" },
  config: {
    code: 6,
    meaning:
      "the configuration or the policy is not valid, or a ledger, a server or a worker is not of the kind or version that is needed; it is named",
  },
  locked: { code: 7, meaning: "another process is writing to this corpus" },
  notFound: { code: 8, meaning: "what was asked for is not there, or may not be opened or written" },
  limit: { code: 9, meaning: "a query ran over its bound of time, rows or bytes" },
  unreachable: {
    code: 10,
    meaning: "Redis, the store or another server cannot be reached; run the same command again",
  },
  interrupted: { code: 130, meaning: "stopped by a signal; run the same command again to go on" },
} as const;

export type ExitName = keyof typeof exitStatuses;

/** Every known failure: may the same job be tried again, and which exit status does it end a command with? */
export const failures = {
  "archive-missing": { retry: false, exit: "badInput" },
  "archive-unreadable": { retry: false, exit: "badInput" },
  "archive-not-archive": { retry: false, exit: "badInput" },
  "archive-changed": { retry: true, exit: "badInput" },
  "archive-write": { retry: false, exit: "internal" },
  "segment-broken": { retry: true, exit: "found" },
  "object-broken": { retry: false, exit: "found" },
  "worker-crashed": { retry: true, exit: "internal" },
  "disk-full": { retry: false, exit: "diskFull" },
  "config-invalid": { retry: false, exit: "config" },
  "policy-invalid": { retry: false, exit: "config" },
  "corpus-missing": { retry: false, exit: "notFound" },
  "corpus-locked": { retry: true, exit: "locked" },
  "ledger-version": { retry: false, exit: "config" },
  "ledger-broken": { retry: false, exit: "found" },
  "slice-unbalanced": { retry: false, exit: "internal" },
  "manifest-broken": { retry: false, exit: "found" },
  "queue-unreachable": { retry: true, exit: "unreachable" },
  "queue-refused": { retry: false, exit: "config" },
  "version-differs": { retry: true, exit: "config" },
  "job-quarantined": { retry: false, exit: "badInput" },
  "store-unreachable": { retry: true, exit: "unreachable" },
  "store-refused": { retry: false, exit: "config" },
  "source-unreachable": { retry: true, exit: "unreachable" },
  "source-refused": { retry: false, exit: "unreachable" },
  "source-changed": { retry: false, exit: "badInput" },
  "index-broken": { retry: false, exit: "badInput" },
  "query-refused": { retry: false, exit: "usage" },
  "query-limit": { retry: false, exit: "limit" },
  "not-found": { retry: false, exit: "notFound" },
  usage: { retry: false, exit: "usage" },
  interrupted: { retry: true, exit: "interrupted" },
} as const satisfies Record<string, { retry: boolean; exit: ExitName }>;

export type FailureCode = keyof typeof failures;

/** A known failure; the message says what, where and what to do, `context` holds plain values for logs. */
export class PipelineError extends Error {
  override readonly name = "PipelineError";
  readonly code: FailureCode;
  readonly context: Readonly<Record<string, string | number>>;
  constructor(
    code: FailureCode,
    message: string,
    context: Readonly<Record<string, string | number>> = {},
    cause?: unknown,
  ) {
    super(message, { cause });
    this.code = code;
    this.context = context;
  }
}
