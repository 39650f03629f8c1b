import type { Command } from "./command.ts";
import { extract } from "./commands/extract.ts";
import { ingest } from "./commands/ingest.ts";

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [ingest, extract];
