import type { DataFolder } from "./data-folder.ts";
import type { Engine } from "./engine.ts";
import { startDynalite, type WriteListener } from "./engine-dynalite.ts";
import { hasJava, startJavaEngine } from "./engine-java.ts";
import type { EngineKind } from "./settings.ts";

/**
 * Starts an embedded DynamoDB engine on a free loopback port.
 * @param options.dataDir the folder of its data; without it, all data is in memory.
 * @param options.onFailure called when a running engine ends unexpectedly.
 * @param options.onWrite called after a row was written, by dynalite only: the other engine has streams for this.
 * @throws Error if it does not start.
 */
export function startEngine(options: {
  readonly kind: EngineKind;
  readonly dataDir?: string;
  readonly onFailure?: (error: Error) => void;
  readonly onWrite?: WriteListener;
}): Promise<Engine> {
  const { kind, dataDir, onFailure, onWrite } = options;
  return kind === "java" ? startJavaEngine(dataDir, onFailure) : startDynalite(dataDir, onWrite);
}

/**
 * Chooses the engine for a data folder: the one first used there, else the requested one, else Java's if Java is
 * installed.
 * @throws Error if the folder's data belongs to another engine than the requested one, or needs a Java that is no
 * longer installed.
 */
export async function chooseEngine(folder: DataFolder, requested: EngineKind | undefined): Promise<EngineKind> {
  const remembered = await folder.recall("engine");
  if (remembered !== undefined && remembered !== "java" && remembered !== "dynalite") {
    throw new Error(
      `DATA_DIR was used with the engine ${JSON.stringify(remembered)}, which this version does not support; set another DATA_DIR`,
    );
  }
  const kind = remembered ?? requested ?? (await preferEngine());
  if (requested && requested !== kind) {
    throw new Error(
      `DYNAMODB_ENGINE: expected ${kind}, because the jobs of this data folder are stored with it; or set another DATA_DIR`,
    );
  }
  if (kind === "java" && !(await hasJava())) {
    throw new Error(
      "DynamoDB Local needs a JDK 17 or later; install one, or set DYNAMODB_ENGINE=dynalite and another DATA_DIR",
    );
  }
  if (remembered === undefined) await folder.remember("engine", kind);
  return kind;
}

async function preferEngine(): Promise<EngineKind> {
  return (await hasJava()) ? "java" : "dynalite";
}
