import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { languageModelOf } from "../language/language-model.ts";
import { rules } from "../quality/registry.ts";
import type { Stages } from "./process-capture.ts";

const modelFile = "fasttext.wasm.js/dist/models/language-identification/assets/lid.176.ftz";

/** Loads what the stages need: the language model that ships with the dependency, and the registries. */
export function loadStages(): Stages {
  const model = readFileSync(fileURLToPath(import.meta.resolve(modelFile)));
  return { languageOf: languageModelOf(model), rules };
}
