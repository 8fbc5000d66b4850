import { describe, expect, it } from "vitest";
import { queuedJob } from "../../openapi/examples.ts";
import { problemExample } from "../../openapi/problems.ts";
import { type AnyAnswer, answerFaults } from "../support/conforms.ts";

const headers = { "content-type": "application/json", location: "https://api.example.com/jobs/1", "retry-after": "2" };
const accepted: AnyAnswer = { status: 202, headers, body: queuedJob };
const problem = { "content-type": "application/problem+json" };

describe("an answer that the document describes", () => {
  it.each([
    ["POST", "/jobs?validate_only=0", accepted],
    ["POST", "/jobs", { ...accepted, headers: new Headers(headers) }],
    ["DELETE", "/jobs/1", { status: 204, headers: {}, body: undefined }],
    ["GET", "/jobs/1", { status: 404, headers: problem, body: problemExample("not_found") }],
    ["GET", "/nothing", { status: 404, headers: problem, body: problemExample("not_found") }],
    [
      "PUT",
      "/jobs/batch",
      { status: 405, headers: { ...problem, allow: "POST" }, body: problemExample("method_not_allowed") },
    ],
  ] as const)("an answer that the document describes conforms: %s %s", (method, path, answer) => {
    expect(answerFaults(method, path, answer)).toEqual([]);
  });
});

describe("an answer that does not conform", () => {
  it.each([
    ["with another status", "POST", "/jobs", { ...accepted, status: 203 }, "does not describe"],
    [
      "without its headers",
      "POST",
      "/jobs",
      { ...accepted, headers: { "content-type": "application/json" } },
      "Location",
    ],
    [
      "with a header of another form",
      "POST",
      "/jobs",
      { ...accepted, headers: { ...headers, "retry-after": "soon" } },
      "integer",
    ],
    [
      "of another type",
      "POST",
      "/jobs",
      { ...accepted, headers: { ...headers, "content-type": "text/html" } },
      "text/html",
    ],
    ["with a field too many", "POST", "/jobs", { ...accepted, body: { ...queuedJob, token: "t" } }, "token"],
    ["with a field too few", "POST", "/jobs", { ...accepted, body: { ...queuedJob, links: {} } }, "self"],
    ["with an unexpected body", "DELETE", "/jobs/1", { status: 204, headers: {}, body: {} }, "no body"],
    [
      "with another route's problem",
      "GET",
      "/jobs/1",
      { status: 404, headers: problem, body: problemExample("no_video") },
      "code",
    ],
    ["of a route that is not there", "GET", "/nothing", accepted, "does not describe"],
    [
      "of a method that is not there, without Allow",
      "PUT",
      "/jobs",
      { status: 405, headers: problem, body: problemExample("method_not_allowed") },
      "allow",
    ],
    [
      "with an unknown event",
      "GET",
      "/jobs/1/events",
      { status: 200, headers: { "content-type": "text/event-stream" }, body: "event: end\ndata: {}\n\n" },
      "end",
    ],
    [
      "with an event of another form",
      "GET",
      "/jobs/1/events",
      { status: 200, headers: { "content-type": "text/event-stream" }, body: "event: queue\ndata: {}\n\n" },
      "queue_position",
    ],
  ] as const)("%s", (_, method, path, answer, fault) => {
    expect(answerFaults(method, path, answer).join()).toContain(fault);
  });
});
