import { PipelineError } from "../core/errors.ts";

/** Only workers of the same version come to the same bytes. @throws {PipelineError} `version-differs` */
export function refuseOtherVersion(wanted: string, own: string): void {
  if (wanted === own) return;
  const words = `the job wants ${wanted}, this worker is ${own}; start workers of the same version`;
  throw new PipelineError("version-differs", words, { wanted, own });
}
