import { describe, expect, it } from "vitest";
import { parseNewJobRequest } from "../../../lambdas/contract/job-request.ts";
import { type Offer, serverOf } from "../../../lambdas/contract/site.ts";
import { site } from "../../support/jobs.ts";

const local: Offer = { ...site, publicUrl: "http://localhost:4000", allowsLoopbackCallbacks: true };
const custom: Offer = { ...site, otherUrls: ["https://a1.execute-api.us-east-1.amazonaws.com/prod"] };
const input = { prompt: "p", image_url: "https://example.com/a.jpg" };
const HTTPS = /https URL of a public host/;
const ITSELF = /this API itself/;

function errorsOf(callback_url: string, where: Offer) {
  const parsed = parseNewJobRequest({ input, callback_url }, where);
  return "errors" in parsed ? parsed.errors.map(({ pointer, message }) => ({ pointer, message })) : [];
}

describe("a callback_url", () => {
  it.each([
    ["deployed", "https://example.com/hook", site],
    ["deployed", "https://example.com:8443/hook?a=b", site],
    ["deployed", "https://other.api.example.com/hook", site],
    ["on a laptop", "https://example.com/hook", local],
    ["on a laptop", "http://localhost:4001/hook", local],
    ["on a laptop", "http://127.0.0.1:9/", local],
    ["on a laptop", "http://[::1]:9/", local],
  ] as const)("%s may be %s", (_, url, where) => {
    expect(errorsOf(url, where)).toEqual([]);
  });

  it.each([
    ["deployed", "http://example.com/hook", site, HTTPS],
    ["deployed", "http://localhost:4001/hook", site, HTTPS],
    ["deployed", "https://127.0.0.1/hook", site, HTTPS],
    ["deployed", "https://api.example.com/hook", site, ITSELF],
    ["deployed", "https://API.example.com:8443/prod/jobs", site, ITSELF],
    ["deployed", "https://api.example.com./prod/jobs", site, ITSELF],
    ["deployed under a domain of its own", "https://a1.execute-api.us-east-1.amazonaws.com/x", custom, ITSELF],
    ["on a laptop", "http://localhost:4000/jobs", local, ITSELF],
    ["on a laptop", "http://127.0.0.1:4000/jobs", local, ITSELF],
    ["on a laptop", "http://[::1]:4000/jobs", local, ITSELF],
    ["on a laptop", "http://example.com/hook", local, HTTPS],
    ["on a laptop", "http://10.0.0.1/hook", local, HTTPS],
    ["on a laptop", "http://169.254.169.254/latest", local, HTTPS],
    ["on a laptop", "http://user:secret@localhost:4001/", local, HTTPS],
    ["on a laptop", "ftp://localhost:4001/", local, HTTPS],
    ["on a laptop", "http://localhost:4001/\ud800", local, HTTPS],
  ] as const)("%s may not be %s", (_, url, where, message) => {
    expect(errorsOf(url, where)).toEqual([{ pointer: "/callback_url", message: expect.stringMatching(message) }]);
  });
});

it("two URLs lead to the same place by their host; on a laptop, where all share it, by their port", () => {
  const place = (url: string, allowsLoopback: boolean) => serverOf(new URL(url), allowsLoopback);
  expect(place("https://a.example/x", false)).toBe(place("https://a.example.:8443/y", false));
  expect(place("http://localhost:1/", true)).toBe(place("http://127.0.0.9:1/", true));
  expect(place("http://localhost:1/", true)).not.toBe(place("http://localhost:2/", true));
});
