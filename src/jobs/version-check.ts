import { ownBuild } from "../core/build/build.ts";
import { PipelineError } from "../core/errors.ts";

/**
 * What a job about documents names as its software, `colophon 0.1.0 build 0123456789abcdef`: the version alone says nothing
 * of what a document is measured with. Jobs that only bring archives name the version, since all builds bring the same.
 */
export function programOf(software: string, build = ownBuild.id): string {
  return `${software} build ${build}`;
}

/** Only workers of the same version, or program, come to the same bytes. @throws {PipelineError} `version-differs` */
export function refuseOtherVersion(wanted: string, own: string): void {
  if (wanted === own) return;
  const words = `the job wants ${wanted}, this worker is ${own}; start workers of the same version and build`;
  throw new PipelineError("version-differs", words, { wanted, own });
}
