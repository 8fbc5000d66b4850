import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { z } from "zod";
import { fillPage, pagePath, type Report, reportPath } from "../../bench/page.ts";
import { effort } from "../effort.ts";

const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);
const number = z.number();
const reportSchema = z.strictObject({
  figures: z
    .array(
      z.strictObject({
        figure: z.literal("load-time"),
        name: z.string(),
        unit: z.string(),
        ours: number,
        rival: number.optional(),
        against: z.string(),
        ratio: number.optional(),
        reach: z.string().optional(),
        met: z.boolean().optional(),
      }),
    )
    .min(1),
  machine: z.strictObject({ cpu: z.string(), cores: number, memoryGb: number, load: number, node: z.string() }),
  seed: z.literal(7),
});

/** It says nothing about how fast anything is: a busy machine is no reason to fail. */
it.skipIf(!effort.benches)("npm run bench measures a figure, prints its table and writes it as JSON", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fal-jobs-bench-test-"));
  try {
    const file = join(folder, "figures.json");
    const options = ["--import", "tsx", "bench/bench.ts", "load-time", "--seed", "7", "--json", file];
    const { stdout } = await run(process.execPath, options, { cwd: root });
    expect(stdout).toMatch(/^submit: load +[\d.]+ ms +[\d.]+ ms +bare DynamoDB client/m);
    reportSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it("the page of figures shows the table of the run whose raw numbers are beside it", async () => {
  const page = await readFile(join(root, pagePath), "utf8");
  const report = JSON.parse(await readFile(join(root, reportPath), "utf8")) as Report;
  expect(fillPage(page, report)).toBe(page);
  expect(page).toContain(`| cold-start | submit: load and first answer |`);
});

it("npm run bench names its figures when one is asked for that does not exist", async () => {
  const options = ["--import", "tsx", "bench/bench.ts", "no-such-figure"];
  const failure = await run(process.execPath, options, { cwd: root }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 1, stderr: expect.stringMatching(/no-such-figure[\s\S]*cold-start/) });
});
