import { expect, it } from "vitest";
import { makeActivity, makePaint } from "../../local/activity.ts";

function writeBoth(isTerminal: boolean, env: Record<string, string>): string[] {
  const lines: string[] = [];
  const activity = makeActivity((line) => lines.push(line), makePaint(isTerminal, env));
  activity.answered({ method: "GET", route: "/jobs/1", status: 404, ms: 12 });
  activity.answered({
    method: "POST",
    route: "/jobs",
    status: 422,
    ms: 3,
    problem: "invalid_request /image must be a file",
  });
  activity.stepped({ jobId: "1", from: undefined, to: "submitting", by: "submit" });
  activity.stepped({ jobId: "1", from: "queued", to: "succeeded", by: "webhook" });
  activity.stepped({ jobId: "1", what: "archived", by: "archive" });
  const failure = "the receiver returned 500";
  activity.stepped({ jobId: "1", what: "callback, attempt 1: 500", by: "deliver", failure });
  return lines;
}

const plain = [
  "GET  /jobs/1 404 12 ms",
  "POST /jobs 422 3 ms invalid_request /image must be a file",
  "job 1 new → submitting by submit",
  "job 1 queued → succeeded by webhook",
  "job 1 archived by archive",
  "job 1 callback, attempt 1: 500, the receiver returned 500 by deliver",
];

it("a request and a job's step are printed as one plain line each", () => {
  expect(writeBoth(false, {})).toEqual(plain);
});

it("a terminal gets colours, unless NO_COLOR is set", () => {
  expect(writeBoth(true, {})[0]).toBe("GET  /jobs/1 \x1b[33m404\x1b[0m \x1b[90m12 ms\x1b[0m");
  expect(writeBoth(true, { NO_COLOR: "1" })).toEqual(plain);
});
