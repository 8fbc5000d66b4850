import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { effort } from "../effort.ts";
import { sharedAssembly } from "../support/assembly.ts";
import { claimTwoPorts } from "../support/ports.ts";
import { findProcesses, killLeftovers, runLocalStack } from "./local-stack.ts";
import { readMovie } from "./video.ts";

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "fal-jobs-e2e-"));
});

afterEach(async () => {
  killLeftovers();
  await rm(dataDir, { recursive: true, force: true });
});

it("the demo saves an H.264 MP4 of 1280×720, prints its path, and leaves no process running", async () => {
  // As on a fresh clone: no film is rendered yet. In a run of all tests the engine is the installed one, and the stack is
  // not synthesized yet. The job stays in the queue for three seconds, long enough to be visible there.
  if (!effort.synthesizesTwice) await copyAssembly();
  const env = {
    PORT: String(await claimTwoPorts()),
    DATA_DIR: dataDir,
    RENDER_SECONDS: "9",
    ...(effort.java && { DYNAMODB_ENGINE: "" }),
  };
  const { status, output } = await runLocalStack(["--demo"], env);
  const path = join(dataDir, "demo.mp4");
  expect(status, output).toBe(0);
  expect(output).toContain(`the video was saved to ${path}`);
  expect(output).toMatch(/queued: \d+ ahead in fal's queue[\s\S]*frame \d+\/\d+[\s\S]*succeeded/);

  const bytes = await readFile(path);
  expect(bytes.toString("latin1", 4, 8)).toBe("ftyp");
  const [track] = (await readMovie(bytes)).videoTracks;
  expect(track?.codec).toMatch(/^avc1/);
  expect([track?.video?.width, track?.video?.height]).toEqual([1280, 720]);
  expect(await findProcesses(dataDir)).toEqual([]);
});

it("the demo exits with 1 and the reason when the job fails", async () => {
  await copyAssembly();
  const port = String(await claimTwoPorts());
  const env = { PORT: port, DATA_DIR: dataDir, FAL_ENDPOINT_URL: "http://127.0.0.1:9" };
  const { status, output } = await runLocalStack(["--demo"], env);
  expect(status).toBe(1);
  expect(output).toContain("fal-jobs: POST /jobs returned 503");
});

async function copyAssembly(): Promise<void> {
  await cp(await sharedAssembly(), join(dataDir, "cdk.out"), { recursive: true });
}
