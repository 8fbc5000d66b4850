import type { DataFolder } from "./data-folder.ts";
import { startDynalite } from "./engine-dynalite.ts";
import { hasJava, startJavaEngine } from "./engine-java.ts";
import type { EngineKind } from "./settings.ts";

/** A running DynamoDB engine; `close` ends it and keeps its data. */
export type Engine = { readonly url: string; readonly kind: EngineKind; close(): Promise<void> };

/**
 * Starts an embedded DynamoDB engine on a free port of the loopback.
 * @param options.dataDir where its data lives; without it everything is in memory.
 * @param options.onFailure told when a running engine ends by itself.
 * @throws Error when it does not come up.
 */
export function startEngine(options: {
  readonly kind: EngineKind;
  readonly dataDir?: string;
  readonly onFailure?: (error: Error) => void;
}): Promise<Engine> {
  return options.kind === "java" ? startJavaEngine(options.dataDir, options.onFailure) : startDynalite(options.dataDir);
}

/**
 * Chooses the engine for a data folder: the one first used there, then the one asked for, then Java's where it is found.
 * @throws Error when the folder's data belongs to an engine that is not asked for, or that needs a Java which is gone.
 */
export async function chooseEngine(folder: DataFolder, asked: EngineKind | undefined): Promise<EngineKind> {
  const remembered = await folder.recall("engine");
  if (remembered === undefined) {
    const kind = asked ?? ((await hasJava()) ? "java" : "dynalite");
    if (kind === "java" && asked && !(await hasJava())) throw new Error("DYNAMODB_ENGINE=java needs Java 17 or later");
    await folder.remember("engine", kind);
    return kind;
  }
  const kind = remembered === "java" ? "java" : "dynalite";
  if (asked && asked !== kind) {
    throw new Error(
      `DYNAMODB_ENGINE: expected ${kind}, which holds this data folder's jobs; set another DATA_DIR to use ${asked}`,
    );
  }
  if (kind === "java" && !(await hasJava())) {
    throw new Error(
      "this data folder's jobs are in DynamoDB Local, which needs Java 17 or later; install it or set another DATA_DIR",
    );
  }
  return kind;
}
