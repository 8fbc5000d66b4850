import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toRequest } from "../../lambdas/http/request.ts";
import { readTarget } from "../../lambdas/proxy/target.ts";
import { proxyEvent } from "../unit/proxy/proxy-scene.ts";
import { cases } from "./replay.ts";

const method = fc.constantFrom("GET", "POST", "PUT");
const HOSTS = [
  "queue.fal.run",
  "rest.fal.ai",
  "rest.alpha.fal.ai",
  "fal.run",
  "gateway.fal.run",
  "api.fal.ai",
  "v3.fal.media",
  "queue.fal.run.evil.example",
  "evil-queue.fal.run",
  "queue.fal.run.",
  "QUEUE.FAL.RUN",
  "queue。fal。run",
  "queue.fal.run%2eevil.example",
  "rest-fal.ai",
  "restxalpha.fal.ai",
  "169.254.169.254",
  "[::1]",
  "localhost",
];
const segment = fc.oneof(
  fc.constantFrom(
    "decart",
    "lucy-14b",
    "image-to-video",
    "requests",
    "status",
    "stream",
    "cancel",
    "workflows",
    "comfy",
  ),
  fc.constantFrom(
    "storage",
    "upload",
    "initiate",
    "initiate-multipart",
    "..",
    ".",
    "",
    "%2e%2e",
    "%2F",
    "\\",
    "@",
    "0".repeat(32),
  ),
  fc.string({ unit: "binary", maxLength: 10 }),
);
const url = fc
  .record({
    scheme: fc.constantFrom(
      "https://",
      "https://",
      "https://",
      "http://",
      "HTTPS://",
      "https:",
      "https:/",
      "//",
      "ftp://",
      "data:",
      "",
    ),
    user: fc.constantFrom(
      "",
      "",
      "",
      "",
      "user@",
      "user:pass@",
      ":@",
      "@",
      "queue.fal.run@",
      "queue.fal.run:443@",
      "rest.fal.ai%40",
    ),
    host: fc.constantFrom(...HOSTS),
    port: fc.constantFrom("", "", "", ":443", ":80", ":8443", ":0", ":x", ":"),
    path: fc.array(segment, { maxLength: 8 }).map((parts) => parts.map((part) => `/${part}`).join("")),
    query: fc.constantFrom(
      "",
      "?logs=1",
      "?fal_webhook=https://hooks.example.com/",
      "?",
      "#x",
      "?storage_type=fal-cdn-v3",
    ),
  })
  .map(({ scheme, user, host, port, path, query }) => `${scheme}${user}${host}${port}${path}${query}`);

/** Whether a URL is allowed, by an implementation independent of ours. */
function mayPass(text: string): boolean {
  const { protocol, hostname, port, username, password, pathname } = new URL(text);
  if (protocol !== "https:" || port !== "" || username !== "" || password !== "") return false;
  if (hostname === "queue.fal.run") return true;
  const isStorage = ["/storage/upload/initiate", "/storage/upload/initiate-multipart"].includes(pathname);
  return isStorage && (hostname === "rest.fal.ai" || hostname === "rest.alpha.fal.ai");
}

describe("a target", () => {
  it("a target that is neither fal's queue nor its storage's uploads is never accepted, and always gets an answer", () => {
    const target = fc.oneof(
      { weight: 5, arbitrary: url },
      { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
      { weight: 1, arbitrary: fc.webUrl() },
    );
    const property = fc.property(method, target, (verb, text) => {
      const told = readTarget(toRequest(proxyEvent(verb, text), 0));
      if ("refusal" in told) expect([403, 405]).toContain(told.refusal.status);
      else expect(mayPass(text)).toBe(true);
    });
    fc.assert(property, cases(5000));
  });

  it("a target that is accepted is accepted by its own method only", () => {
    const property = fc.property(url, (text) => {
      const taken = ["GET", "POST", "PUT"].filter(
        (verb) => !("refusal" in readTarget(toRequest(proxyEvent(verb, text), 0))),
      );
      expect(taken.length).toBeLessThanOrEqual(1);
      const [verb] = taken;
      if (verb !== undefined) expect(readTarget(toRequest(proxyEvent(verb, text), 0))).toHaveProperty("kind");
    });
    fc.assert(property, cases(2000));
  });

  it("a target of a request parses back into the app and the id that it was written with", () => {
    const part = fc.stringMatching(/^[\w-][\w.-]{0,20}$/);
    const made = fc.record({
      namespace: fc.constantFrom("", "workflows/", "comfy/"),
      owner: part.filter((text) => !["workflows", "comfy", "requests"].includes(text)),
      alias: part.filter((text) => text !== "requests"),
      requestId: fc.stringMatching(/^[\w-]{1,64}$/),
      ending: fc.constantFrom("", "/status", "/status/stream"),
    });
    const property = fc.property(made, ({ namespace, owner, alias, requestId, ending }) => {
      const target = `https://queue.fal.run/${namespace}${owner}/${alias}/requests/${requestId}${ending}`;
      const told = readTarget(toRequest(proxyEvent("GET", target), 0));
      expect(told).toMatchObject({ app: `${namespace}${owner}/${alias}`, requestId });
    });
    fc.assert(property, cases(500));
  });
});
