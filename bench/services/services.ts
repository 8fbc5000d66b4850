import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { localEnvironment } from "../../local/stack/functions.ts";
import type { FunctionSpec } from "../../local/stack/template.ts";
import type { Workplace } from "../workplace.ts";
import type { TableCall } from "./recording-proxy.ts";

/** Where everything is that functions need, in a process of its own. */
export type Services = {
  readonly engine: "java" | "dynalite";
  /** The engine's own address. */
  readonly dynamodbUrl: string;
  /** The engine behind the proxy that records what calls consume. */
  readonly recordedUrl: string;
  readonly falUrl: string;
  /** What the functions' environment gets in addition. */
  readonly additions: Readonly<Record<string, string>>;
  /** The calls through `recordedUrl` since the last time. */
  readonly takeCalls: () => Promise<readonly TableCall[]>;
  readonly close: () => Promise<void>;
};

/** What the process of the services says once it is ready. */
export type ServicesReady = Pick<Services, "engine" | "dynamodbUrl" | "recordedUrl" | "falUrl" | "additions">;

/** The public URL that jobs name. Nothing is called there. */
export const publicUrl = "http://localhost:4000";

/**
 * Starts an engine with the stack's tables, all other AWS services that functions need, and the fast fal. The engine is
 * DynamoDB Local where Java is found, unless another is asked for.
 */
export async function startServices(workplace: Workplace, engine?: Services["engine"]): Promise<Services> {
  const program = join(workplace.root, "bench", "programs", "serve.ts");
  const child = fork(program, [workplace.assembly, workplace.folder, engine ?? ""], { execArgv: ["--import", "tsx"] });
  const [ready] = (await Promise.race([
    once(child, "message"),
    once(child, "exit").then(() => Promise.reject(new Error("the services did not start"))),
  ])) as [ServicesReady];
  return {
    ...ready,
    takeCalls: async () => {
      child.send("take");
      const [calls] = await once(child, "message");
      return calls as TableCall[];
    },
    close: async () => {
      const ended = once(child, "exit");
      child.send("close");
      await ended;
    },
  };
}

/** The environment that a function has in front of the services, with the table at another address if given. */
export function environmentOf(
  spec: FunctionSpec,
  { additions }: Services,
  changed: Readonly<Record<string, string>> = {},
): Record<string, string> {
  // Nothing is due before the bench ends, unless it says so.
  const overrides = { PUBLIC_URL: publicUrl, FIRST_CHECK_SECONDS: "3600" };
  return {
    ...localEnvironment(spec, { overrides, additions: { ...additions, CALLBACK_ALLOW_LOOPBACK: "true" } }),
    ...changed,
  };
}
