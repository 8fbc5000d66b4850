import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { hasJava } from "../../local/stack/engine-java.ts";
import { startEngine } from "../../local/stack/engines.ts";
import { compareRounds, type Figure, makeRow } from "../figure.ts";
import { takeTurns } from "../rounds.ts";
import { startStack } from "../services/stack.ts";
import { median } from "../statistics.ts";
import type { Workplace } from "../workplace.ts";

const warmRounds = 5;

/** How long a user of `npm start` waits. */
export const startTime: Figure = {
  name: "start-time",
  question: "How long does npm start take until it is ready?",
  load: `1 cold start, which bundles the functions; ${warmRounds} warm starts`,
  measure: async (workplace) => {
    const coldMs = await timed(async () => {
      const stack = await startStack(workplace, { CDK_OUT: "" });
      return stack.close;
    });
    const kind = (await hasJava()) ? "java" : "dynalite";
    const engineName = kind === "java" ? "DynamoDB Local alone" : "dynalite alone";
    const subjects = { start: () => startStack(workplace, {}), engine: () => startEngine({ kind }) };
    const samples = await takeTurns(["start", "engine"] as const, { rounds: warmRounds, warmUp: 1 }, (name) =>
      timed(async () => (await subjects[name]()).close),
    );
    const [start, engine] = [samples.get("start") ?? [], samples.get("engine") ?? []];
    return [
      compareRounds("warm start to ready", "ms", start, { name: engineName, samples: engine }),
      makeRow("cold start to ready", "ms", coldMs, { name: "warm start", value: median(start) }),
    ];
  },
};

/** Milliseconds of a start. What was started is closed afterwards. */
async function timed(start: () => Promise<() => Promise<void>>): Promise<number> {
  const startedAt = performance.now();
  const close = await start();
  const ms = performance.now() - startedAt;
  await close();
  return ms;
}

/** How long a contributor waits for `npm test`. */
export const testTime: Figure = {
  name: "test-time",
  question: "How long does npm test take?",
  load: "1 run",
  isLong: true,
  measure: async ({ root, folder }: Workplace) => {
    const startedAt = performance.now();
    const report = join(await mkdtemp(join(folder, "test-")), "report.json");
    const options = ["vitest", "run", "--reporter=json", `--outputFile=${report}`];
    const [status] = await once(spawn("npx", options, { cwd: root, stdio: "ignore" }), "exit");
    if (status !== 0) throw new Error("some tests failed; run npm test");
    return [makeRow("npm test", "s", (performance.now() - startedAt) / 1000)];
  },
};
