import { hostname } from "node:os";

import { pino } from "pino";

import { PipelineError } from "../core/errors.ts";
import { escapedLine, safeText } from "./safe-text.ts";

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Plain values that say where and how much; names are our own, text may be from anywhere. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | Error>>;

/** Writes one line for each event; `message` is the same for all events of a kind, the fields hold what differs. */
export type Logger = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>;

/** Where lines go: standard error, a file, or a test's buffer. */
export interface LogDestination {
  readonly write: (line: string) => unknown;
}

/**
 * A log of JSON lines with `level`, `time` (ISO 8601, UTC), `host`, `pid`, `message` and the fields of the event. No
 * field can end its line, control a terminal or reverse the direction of text. A field is cut at 2,048 UTF-16 code
 * units. Passwords in addresses are left out.
 */
export function logger(destination: LogDestination, level: LogLevel): Logger {
  const log = pino(
    {
      level,
      base: { host: hostname(), pid: process.pid },
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: escapedLine },
    },
    { write: (line) => void destination.write(line) },
  );
  const writer =
    (level: LogLevel): Logger[LogLevel] =>
    (message, fields = {}) => {
      if (log.isLevelEnabled(level)) log[level](safeFields(fields), safeText(message));
    };
  return { debug: writer("debug"), info: writer("info"), warn: writer("warn"), error: writer("error") };
}

function safeFields(fields: LogFields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, safeValue(value)]));
}

function safeValue(value: LogFields[string]): unknown {
  if (value instanceof Error) return safeError(value);
  return typeof value === "string" ? safeText(value) : value;
}

/** The message of a known failure says where it happened; for a fault of the program the stack is logged. */
function safeError(error: Error): Record<string, unknown> {
  const { code } = error as NodeJS.ErrnoException;
  const cause = error.cause instanceof Error ? { cause: safeText(String(error.cause)) } : {};
  const message = safeText(error.message);
  if (error instanceof PipelineError) return { code, message, context: safeFields(error.context), ...cause };
  return {
    name: safeText(error.name),
    ...(code === undefined ? {} : { code }),
    message,
    stack: safeText(error.stack ?? ""),
    ...cause,
  };
}
