import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addFaults, call, readLedger } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);
const programTimeoutMs = 90_000;
let stack: EmulatorStack;

beforeAll(async () => {
  stack = await startWithEmulator();
});

afterAll(() => stack?.close());

describe("the README's samples for fal's client, as they are written", () => {
  it("run one after the other, and each submission is a job", async () => {
    const [setup = "", ...samples] = await readBlocks();
    // Long enough in the queue to be seen there.
    await addFaults(stack.falUrl, { queue_ms: 3_000, times: 3 });
    const naming = samples.pop() ?? "";
    const { stdout } = await runProgram([setup, ...samples].join("\n"));
    expect(stdout.match(/^IN_QUEUE /m)).not.toBeNull();
    expect(stdout.match(/https?:\/\/\S+\.mp4$/gm)).toHaveLength(3);
    expect((await call(stack.url, "/jobs")).body).toMatchObject({
      data: [{ endpoint: "decart/lucy-i2v" }, { callback_format: "fal" }, { status: "succeeded" }],
    });
    // With names, as for those who do not trust their connection.
    await runProgram([setup.split("\n")[0], naming, ...samples].join("\n"));
    expect((await readLedger(stack.falUrl)).posts).toHaveLength(6);
  });
});

async function readBlocks(): Promise<string[]> {
  const text = await readFile(join(root, "README.md"), "utf8");
  const [, section = ""] = /^## Code that is written for fal$(.*?)^## /ms.exec(text) ?? [];
  const blocks = [...section.matchAll(/^```js\n(.*?)^```$/gms)].map(([, block = ""]) => block);
  return blocks.map((block) => block.replaceAll("http://localhost:4000", stack.url));
}

/** Runs a module where the README's reader would: in the repository's folder. */
function runProgram(text: string) {
  return run(process.execPath, ["--input-type=module", "-e", text], { cwd: root, timeout: programTimeoutMs });
}
