import { describe, expect, it } from "vitest";
import { ENDPOINT, INPUT, OTHER_ENDPOINT, proxyScene, UNKNOWN_ID } from "./proxy-scene.ts";

/** A job at fal. */
async function submitted() {
  const scene = proxyScene();
  await scene.send();
  return scene;
}

describe("a request", () => {
  const calls: readonly (readonly ["GET" | "PUT", string])[] = [
    ["GET", "/status?logs=1"],
    ["GET", "/status/stream"],
    ["GET", ""],
    ["PUT", "/cancel"],
  ];

  it.each(calls)("a request does not exist for another owner: %s %s", async (method, ending) => {
    const scene = await submitted();
    const told = await scene.ask(method, `${scene.requestUrl()}${ending}`, { apiKeyId: "key-id-2" });
    expect([told.status, told.body]).toEqual([404, { status: "NOT_FOUND" }]);
    expect([scene.fal.asked, scene.fal.cancellations, scene.row().cancel_requested_at]).toEqual([[], [], undefined]);
  });

  it.each(calls)("a request does not exist under another app: %s %s", async (method, ending) => {
    const scene = await submitted();
    for (const app of ["decart/lucy-i2v", "acme/any", "decart/lucy", "workflows/decart/lucy-14b"]) {
      const told = await scene.ask(method, `${scene.requestUrl(scene.row().id, app)}${ending}`);
      expect([told.status, told.body]).toEqual([404, { status: "NOT_FOUND" }]);
    }
    expect(scene.row().cancel_requested_at).toBeUndefined();
  });

  it.each(calls)("a request does not exist if nobody created it: %s %s", async (method, ending) => {
    const scene = await submitted();
    for (const id of [
      UNKNOWN_ID,
      "req-1",
      "x",
      "x".repeat(300),
      "owner%23x",
      "..%2F..",
      scene.row().id.toUpperCase(),
    ]) {
      const told = await scene.ask(method, `${scene.requestUrl(id)}${ending}`);
      expect([told.status, told.body], id).toEqual([404, { status: "NOT_FOUND" }]);
    }
  });

  it.each(calls)("a request is rejected under its whole endpoint, as by fal: %s %s", async (method, ending) => {
    const scene = await submitted();
    const told = await scene.ask(method, `${scene.requestUrl(scene.row().id, ENDPOINT)}${ending}`);
    expect([told.status, told.body]).toEqual([405, { detail: "Method Not Allowed" }]);
  });

  it("a request of another model is found under its own app", async () => {
    const scene = proxyScene();
    await scene.send(INPUT, {}, `https://queue.fal.run/${OTHER_ENDPOINT}`);
    const told = await scene.ask("GET", `${scene.requestUrl(scene.row().id, "acme/any")}/status`);
    expect(told.body).toMatchObject({ status: "IN_QUEUE", request_id: scene.row().id });
  });

  it("a request is gone with its job", async () => {
    const scene = await submitted();
    await scene.deliver("ERROR", { detail: "no" });
    const url = scene.requestUrl();
    await scene.remove();
    expect((await scene.ask("GET", url)).body).toEqual({ status: "NOT_FOUND" });
  });
});

describe("while the table is down", () => {
  it.each<["GET" | "PUT", string]>([
    ["GET", "/status"],
    ["GET", "/status/stream"],
    ["GET", ""],
    ["PUT", "/cancel"],
  ])("%s %s is a 503, which the client retries", async (method, ending) => {
    const scene = await submitted();
    const url = `${scene.requestUrl()}${ending}`;
    scene.service.state.tableIsDown = true;
    const told = await scene.ask(method, url);
    expect([told.status, told.body]).toEqual([503, { detail: expect.any(String) }]);
    expect(told.headers["retry-after"]).toBe("2");
  });
});
