import { expect, it } from "vitest";
import { BIRTH_MS, become, birth } from "../../support/jobs.ts";
import { createMemoryService } from "../../support/memory-service.ts";
import { hourMs, minuteMs } from "../../support/one-job.ts";

const JOBS = 200;
const SLOW = "acme/slow/image-to-video";
const QUICK = "decart/lucy-14b/image-to-video";

/** Ids in hex whose jobs are due in this order. */
function idOf(number: number): string {
  return `01935000000070008${String(number).padStart(11, "0")}${String(number % 8).padStart(4, "0")}`;
}

/** A promise, and what ends it. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

it("P30: an app of fal's that hangs holds back no job of another app in a sweep", async () => {
  const { opened, open } = gate();
  const sent = { [SLOW]: 0, [QUICK]: 0 };
  const service = createMemoryService({
    async submitToFal(_access, { endpoint }) {
      sent[endpoint as keyof typeof sent]++;
      if (endpoint === SLOW) await opened;
      return { outcome: "accepted", requestId: `req-${sent[SLOW] + sent[QUICK]}` };
    },
  });
  for (let number = 0; number < 2 * JOBS; number++) {
    const [endpoint, due] = [number < JOBS ? SLOW : QUICK, BIRTH_MS + number];
    await service.add({ ...birth({ attempt: false, id: idOf(number) }), endpoint, submit_due: due, due_at: due });
  }
  service.state.nowMs += minuteMs;
  const swept = service.sweep();
  await expect.poll(() => sent[QUICK]).toBe(JOBS);
  // The probe of the slow app is still under way; its other jobs are sent after it.
  expect(sent[SLOW]).toBe(1);
  open();
  await swept;
  expect(sent).toEqual({ [SLOW]: JOBS, [QUICK]: JOBS });
});

it("P30: a history of fal's that hangs holds back no other job in a sweep", async () => {
  const { opened, open } = gate();
  const done = { sent: 0, pages: 0 };
  const service = createMemoryService({
    async submitToFal() {
      done.sent++;
      return { outcome: "accepted", requestId: `req-${done.sent}` };
    },
    async historyPageAtFal() {
      done.pages++;
      await opened;
      return { items: [] };
    },
  });
  for (let number = 0; number < JOBS; number++) {
    const unknown = become(birth({ id: idOf(number) }), {
      at: BIRTH_MS,
      by: "submit",
      type: "unknown",
      attempt: 1,
      error: { code: "submission_unconfirmed", message: "lost", retryable: true },
    });
    await service.add({ ...unknown, image_held: true, deadline_at: BIRTH_MS + 2 * hourMs });
    const due = BIRTH_MS + number;
    await service.add({ ...birth({ attempt: false, id: idOf(JOBS + number) }), submit_due: due, due_at: due });
  }
  service.state.nowMs += 5 * minuteMs;
  const swept = service.sweep();
  await expect.poll(() => done.sent).toBe(JOBS);
  expect(done.pages).toBe(1);
  open();
  await swept;
  expect(service.row(idOf(0)).due_at).toBeGreaterThan(service.state.nowMs);
});
