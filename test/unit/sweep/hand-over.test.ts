import { describe, expect, it } from "vitest";
import { WORKER_MAX_JOBS } from "../../../lambdas/limits.ts";
import { openHandOver } from "../../../lambdas/sweep/hand-over.ts";
import type { HandedOver } from "../../../lambdas/table/handed-over.ts";
import { birth } from "../../support/jobs.ts";
import { collectLogs } from "../../support/logs.ts";

const WORKERS_PER_OWNER = 3;

type Started = HandedOver & { readonly step: string };

function scene() {
  const started: Started[] = [];
  const refused = new Set<string>();
  const start = (step: string) => async (event: object) => {
    const { owner, job_ids } = JSON.parse(JSON.stringify(event)) as HandedOver;
    if (refused.has(owner)) throw new Error("Lambda is down");
    started.push({ step, owner, job_ids });
  };
  const handOver = openHandOver(
    { check: start("check"), copy: start("copy"), deliver: start("deliver") },
    WORKERS_PER_OWNER,
  );
  const add = (owner: string, id: string, isSuspect = false) =>
    handOver.add("copy", { ...birth(), id, owner }, isSuspect);
  return { handOver, started, refused, add };
}

describe("what the sweep hands over", () => {
  it("P30: what the sweep hands over is one invocation for each owner and step", async () => {
    const { handOver, started } = scene();
    for (const [step, owner, id] of [
      ["copy", "a", "1"],
      ["deliver", "a", "1"],
      ["copy", "a", "2"],
      ["copy", "b", "3"],
    ] as const)
      handOver.add(step, { ...birth(), id, owner }, false);
    await handOver.flush();
    expect(started).toEqual([
      { step: "copy", owner: "a", job_ids: ["1", "2"] },
      { step: "deliver", owner: "a", job_ids: ["1"] },
      { step: "copy", owner: "b", job_ids: ["3"] },
    ]);
    await handOver.flush();
    expect(started).toHaveLength(3);
  });

  it("P30: what the sweep hands over of an owner with many jobs is a few invocations, and the rest waits", async () => {
    const { handOver, started, add } = scene();
    for (let job = 0; job < 10 * WORKER_MAX_JOBS; job++) add("a", String(job));
    add("b", "other");
    await handOver.flush();
    const lists = started.filter(({ owner }) => owner === "a").map(({ job_ids }) => job_ids);
    expect(lists.map((list) => list.length)).toEqual(Array(WORKERS_PER_OWNER).fill(WORKER_MAX_JOBS));
    expect(new Set(lists.flat()).size).toBe(WORKERS_PER_OWNER * WORKER_MAX_JOBS);
    expect(started.at(-1)).toMatchObject({ owner: "b", job_ids: ["other"] });
  });

  it("P27: what the sweep hands over alone is a job whose last attempt recorded nothing, and it never crowds out others", async () => {
    const { handOver, started, add } = scene();
    for (let job = 0; job < 10; job++) add("a", `suspect-${job}`, true);
    for (let job = 0; job < 10 * WORKER_MAX_JOBS; job++) add("a", String(job));
    await handOver.flush();
    const sizes = started.map(({ job_ids }) => job_ids.length);
    expect(sizes).toEqual([...Array(WORKERS_PER_OWNER - 1).fill(WORKER_MAX_JOBS), 1]);
    expect(started.at(-1)?.job_ids).toEqual(["suspect-0"]);
  });

  it("what the sweep hands over to a function that cannot be started is logged, and the others are started", async () => {
    collectLogs();
    const { handOver, started, refused, add } = scene();
    refused.add("a");
    add("a", "1");
    add("b", "2");
    await handOver.flush();
    expect(started.map(({ owner }) => owner)).toEqual(["b"]);
  });
});
