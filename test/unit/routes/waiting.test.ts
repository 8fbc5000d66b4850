import { describe, expect, it } from "vitest";
import { busy, oneJob, REQUEST, VIDEO } from "../../support/one-job.ts";

const secondMs = 1000;
const WAIT = { Prefer: "wait=20" };

/** A service where fal delivers this long after each submission, when a caller waits. */
function settlingAfter(
  ms: number,
  deliver = (scene: ReturnType<typeof oneJob>) => scene.deliver("OK", { video: VIDEO }),
) {
  const scene = oneJob();
  const begun = scene.service.state.nowMs;
  scene.service.state.duringPause = async () => {
    if (scene.service.state.nowMs - begun < ms) return;
    scene.service.state.duringPause = async () => undefined;
    await deliver(scene);
  };
  return { ...scene, waitedMs: () => scene.service.state.nowMs - begun };
}

describe("POST /jobs with Prefer: wait=n", () => {
  it("POST /jobs with Prefer: wait=n answers 200 with the settled job within half a second of settling (acceptance 4)", async () => {
    const scene = settlingAfter(3 * secondMs);
    const { statusCode, headers, body } = await scene.submit(REQUEST, WAIT);
    expect([statusCode, JSON.parse(body).status]).toEqual([200, "succeeded"]);
    expect(headers).toMatchObject({
      "preference-applied": "wait=20",
      location: expect.stringContaining(scene.row().id),
    });
    expect(headers).not.toHaveProperty("retry-after");
    expect(scene.waitedMs()).toBeLessThanOrEqual(3.5 * secondMs);
  });

  it.each([
    ["wait=5", 5],
    ["wait=25", 25],
    ["wait=900", 25],
  ])("%s answers 202 with the open job after %i s at the latest", async (Prefer, seconds) => {
    const scene = settlingAfter(60 * secondMs);
    const { statusCode, headers, body } = await scene.submit(REQUEST, { Prefer });
    expect([statusCode, JSON.parse(body).status]).toEqual([202, "queued"]);
    expect(headers).toMatchObject({ "preference-applied": `wait=${seconds}`, "retry-after": "2" });
    expect(scene.waitedMs()).toBeLessThanOrEqual(seconds * secondMs);
    expect(scene.waitedMs()).toBeGreaterThan((seconds - 1) * secondMs);
  });

  it("A5: POST /jobs with Prefer: wait=n ends within the invocation's budget even if the submission took most of it", async () => {
    const scene = settlingAfter(60 * secondMs);
    scene.fal.during = async () => {
      scene.service.state.nowMs += 15 * secondMs;
    };
    expect((await scene.submit(REQUEST, { Prefer: "wait=25" })).statusCode).toBe(202);
    expect(scene.waitedMs()).toBeLessThan(27 * secondMs);
  });

  it("P30: POST /jobs with Prefer: wait=n answers at once while too many requests of the owner wait", async () => {
    const scene = settlingAfter(60 * secondMs);
    const answers: Awaited<ReturnType<typeof scene.get>>[] = [];
    let waiting = 0;
    scene.service.state.duringPause = async () => {
      if (waiting++ >= 10) return;
      answers.push(await scene.submit({ ...REQUEST, metadata: { number: String(waiting) } }, WAIT));
    };
    const first = await scene.submit(REQUEST, WAIT);
    expect(first.headers).toMatchObject({ "preference-applied": "wait=20" });
    const [tooMany, ...others] = answers;
    expect(tooMany?.statusCode).toBe(202);
    expect(tooMany?.headers).not.toHaveProperty("preference-applied");
    expect(tooMany?.headers).toMatchObject({ "retry-after": "2" });
    expect(others.filter(({ headers }) => headers?.["preference-applied"] !== undefined)).toHaveLength(9);
    expect((await scene.submit(REQUEST, WAIT)).headers).toMatchObject({ "preference-applied": "wait=20" });
  });

  it("POST /jobs with Prefer: wait=n also waits for a job that fal did not accept immediately", async () => {
    const scene = settlingAfter(60 * secondMs);
    scene.fal.submission = busy;
    const { statusCode, body } = await scene.submit(REQUEST, WAIT);
    expect([statusCode, JSON.parse(body).status]).toEqual([202, "submitting"]);
  });

  it("POST /jobs with Prefer: wait=n also waits for a repeat, and answers 200 in any case", async () => {
    const scene = settlingAfter(3 * secondMs);
    const key = { "Idempotency-Key": "k" };
    await scene.submit(REQUEST, key);
    const { statusCode, headers, body } = await scene.submit(REQUEST, { ...key, ...WAIT });
    expect([statusCode, JSON.parse(body).status]).toEqual([200, "succeeded"]);
    expect(headers).toMatchObject({ "idempotency-replayed": "true" });
    expect(scene.fal.posts).toHaveLength(1);
  });

  it("POST /jobs with Prefer: wait=n answers 200 with a job that failed during the wait", async () => {
    const scene = settlingAfter(secondMs, (scene) => scene.deliver("ERROR", { detail: "out of luck" }));
    const { statusCode, body } = await scene.submit(REQUEST, WAIT);
    expect([statusCode, JSON.parse(body).status]).toEqual([200, "failed"]);
  });

  it("POST /jobs with Prefer: wait=n returns the job as last read when it is deleted meanwhile", async () => {
    const scene = settlingAfter(secondMs, async (scene) => {
      const delivered = await scene.deliver("OK", { video: VIDEO });
      await scene.remove();
      return delivered;
    });
    expect((await scene.submit(REQUEST, WAIT)).statusCode).toBe(202);
  });

  it("P16: POST /jobs with Prefer: wait=n answers 202 with the job when the table fails meanwhile, because a recorded job is never answered as failed", async () => {
    const scene = settlingAfter(secondMs, async (scene) => {
      scene.service.state.tableIsDown = true;
      return scene.get();
    });
    const { statusCode, body } = await scene.submit(REQUEST, WAIT);
    expect([statusCode, JSON.parse(body).id]).toEqual([202, scene.row().id]);
  });

  it("POST /jobs with Prefer: wait=n does not delay a refusal", async () => {
    const scene = settlingAfter(60 * secondMs);
    expect((await scene.submit({ input: {} }, WAIT)).statusCode).toBe(422);
    expect(scene.waitedMs()).toBe(0);
  });
});
