import { expect, it } from "vitest";
import { readRefusal } from "../../../lambdas/fal/submission.ts";
import { gatewayEvent } from "../../support/events.ts";
import { BIRTH_MS, birth } from "../../support/jobs.ts";
import { createMemoryService } from "../../support/memory-service.ts";

const LOST = readRefusal({ kind: "unanswered", reason: "reset" });

/** All in one shard, due in this order. */
const first = "0193500000007000800000001000abcd";
const second = "0193500000007000800000002000abcd";
const third = "0193500000007000800000003000abcd";

it("P17: a job that is canceled while it waits for a probe does not keep the jobs behind it waiting", {
  timeout: 20_000,
}, async () => {
  const posts: string[] = [];
  const service = createMemoryService({
    async submitToFal(_access, { webhookUrl }) {
      posts.push(/fal\/([^/]+)/.exec(webhookUrl)?.[1] ?? "");
      if (posts.length > 1) return { outcome: "accepted", requestId: "req-2" };
      const canceled = await service.cancel(
        gatewayEvent({ pathParameters: { id: second }, apiKeyId: "owner-1", headers: {} }),
      );
      expect(JSON.parse(canceled.body).status).toBe("canceled");
      return LOST;
    },
  });
  for (const [place, id] of [first, second, third].entries()) {
    const due = BIRTH_MS + place;
    await service.add({ ...birth({ attempt: false, id }), submit_due: due, due_at: due });
  }
  service.state.nowMs += 60_000;
  await service.sweep();
  expect(posts).toEqual([first, third]);
  expect(service.row(third).status).toBe("queued");
});

it("P17: a probe that could not be recorded does not keep the jobs behind it waiting", {
  timeout: 20_000,
}, async () => {
  const service = createMemoryService({ submitToFal: async () => ({ outcome: "accepted", requestId: "req-1" }) });
  for (const [place, id] of [first, second].entries()) {
    const due = BIRTH_MS + place;
    await service.add({ ...birth({ attempt: false, id }), submit_due: due, due_at: due });
  }
  service.state.nowMs += 60_000;
  service.state.refusesWrites = true;
  await service.sweep();
  expect(service.row(first).status).toBe("submitting");
  service.state.refusesWrites = false;
  await service.sweep();
  expect([service.row(first).status, service.row(second).status]).toEqual(["queued", "queued"]);
});
