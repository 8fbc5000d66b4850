import { afterEach, describe, expect, it, vi } from "vitest";
import type { Invocation } from "../../local/stack/function-instance.ts";
import { startSchedules } from "../../local/stack/schedules.ts";
import { readTemplate } from "../../local/stack/template.ts";
import { smallTemplate } from "./small-template.ts";

const { schedules } = readTemplate(smallTemplate, new Map([["echo", "/nowhere"]]));
const done: Invocation = { kind: "answer", payload: "null" };

describe("scheduled functions", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("scheduled functions are those that the template's rules and schedules target", () => {
    expect(schedules).toEqual([
      { id: "Rule", functionId: "Echo", input: undefined },
      { id: "Schedule", functionId: "Echo", input: { from: "schedule" } },
    ]);
  });

  it("scheduled functions are invoked repeatedly with the event of their schedule", async () => {
    const events: unknown[] = [];
    const running = startSchedules(schedules, 5, async (functionId, event) => {
      events.push([functionId, event]);
      return done;
    });
    await expect.poll(() => events.length).toBeGreaterThan(4);
    await running.close();
    expect(events).toContainEqual(["Echo", expect.objectContaining({ "detail-type": "Scheduled Event" })]);
    expect(events).toContainEqual(["Echo", { from: "schedule" }]);
  });

  it("scheduled functions never overlap themselves, and the last run ends before they are closed", async () => {
    vi.useFakeTimers();
    let runs = 0;
    let finish = (_invocation: Invocation) => {};
    const other = startSchedules(schedules.slice(0, 1), 1, () => {
      runs += 1;
      return new Promise((resolve) => {
        finish = resolve;
      });
    });
    vi.advanceTimersByTime(30);
    expect(runs).toBe(1);
    let closed = false;
    const closing = other.close().then(() => {
      closed = true;
    });
    expect(closed).toBe(false);
    finish(done);
    await closing;
    expect(runs).toBe(1);
  });
});
