import { createPublicKey } from "node:crypto";
import { cachedSigningKeys } from "../../lambdas/fal/signing-keys.ts";
import { openCircuitBreaker } from "../../lambdas/submit/circuit-breaker.ts";
import type { JobTable } from "../../lambdas/table/job-table.ts";
import { openTypicalDuration } from "../../lambdas/table/typical-duration.ts";
import { signingKey } from "./fal.ts";
import type { Random } from "./random.ts";
import type { Invocation, Scheduler } from "./scheduler.ts";

/** An instance of a function, with what it remembers between its events (rule A27). */
export type Instance = ReturnType<typeof startInstance>;

/** An idle instance is not always used again. */
const REUSED = 0.8;

/**
 * The instances of all functions. Each handles one event at a time; one whose invocation crashed or never ended is not
 * used again. `openTable` opens the table as one invocation has it.
 */
export function createInstances(scheduler: Scheduler, random: Random, openTable: (of: Invocation) => JobTable) {
  const idle: Instance[] = [];
  return {
    enter(functionName: string, of: Invocation): Instance {
      const place = random.chance(REUSED) ? idle.findIndex((each) => each.functionName === functionName) : -1;
      const [instance = startInstance(functionName, of, openTable, scheduler.now)] =
        place === -1 ? [] : idle.splice(place, 1);
      instance.handle(of);
      return instance;
    },
    leave: (instance: Instance) => void idle.push(instance),
  };
}

function startInstance(
  functionName: string,
  first: Invocation,
  openTable: (of: Invocation) => JobTable,
  now: () => number,
) {
  let table = openTable(first);
  const current: Pick<
    JobTable,
    "readFalHealth" | "putFalHealth" | "readPause" | "readTypicalDuration" | "putTypicalDuration"
  > = {
    readFalHealth: (app) => table.readFalHealth(app),
    putFalHealth: (health, app) => table.putFalHealth(health, app),
    readPause: () => table.readPause(),
    readTypicalDuration: (endpoint) => table.readTypicalDuration(endpoint),
    putTypicalDuration: (endpoint, seconds) => table.putTypicalDuration(endpoint, seconds),
  };
  return {
    functionName,
    handle(of: Invocation) {
      table = openTable(of);
    },
    circuitBreaker: openCircuitBreaker({ table: current, now }),
    typicalDuration: openTypicalDuration(current, now),
    keys: cachedSigningKeys(async () => [createPublicKey(signingKey)], now),
  };
}
