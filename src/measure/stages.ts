import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { ownBuild } from "../core/build/build.ts";
import { PipelineError } from "../core/errors.ts";
import { languageModelOf } from "../language/language-model.ts";
import { rules } from "../quality/registry.ts";
import type { Stages } from "./process-capture.ts";

const modelFile = "fasttext.wasm.js/dist/models/language-identification/assets/lid.176.ftz";

/**
 * Loads what the stages need: the language model that ships with the dependency, and the registries.
 * @throws {PipelineError} `version-differs` when the model is not the one that the build names
 */
export function loadStages(): Stages {
  const path = fileURLToPath(import.meta.resolve(modelFile));
  const model = readFileSync(path);
  const sha256 = createHash("sha256").update(model).digest("hex");
  if (sha256 !== ownBuild.revisions["data/language-model"]) {
    throw new PipelineError(
      "version-differs",
      `${path} is not the language model of build ${ownBuild.id}; install again`,
      {
        sha256,
      },
    );
  }
  return { languageOf: languageModelOf(model), rules };
}
