import { describe } from "vitest";
import { hasJava } from "../../local/stack/engine-java.ts";
import type { EngineKind } from "../../local/stack/settings.ts";
import { effort } from "../effort.ts";

/** Whether this run uses DynamoDB Local: if requested and if Java is found. */
export const java = effort.java && (await hasJava());

/** Both engines; a suite on one that this run does not use is reported as skipped. */
export function describeOnEngines(title: string, suite: (kind: EngineKind) => void): void {
  for (const kind of ["dynalite", "java"] as const) {
    describe.runIf(kind === "dynalite" || java)(title.replace("%s", kind), () => suite(kind));
  }
}
