import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gatewayEvent } from "../support/events.ts";
import { INITIATE, OTHER_ENDPOINT, proxyScene, SUBMIT } from "../unit/proxy/proxy-scene.ts";
import { BAD_INPUT } from "./bad-values.ts";
import { cases } from "./replay.ts";
import { anyJson, validRequest } from "./requests.ts";
import { faultsOf } from "./storable.ts";

const OTHER = `https://queue.fal.run/${OTHER_ENDPOINT}`;
const LAMBDA_ANSWER_MAX_BYTES = 6_291_456;
const name = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom("__proto__", "constructor", "toString", "toJSON", "prompt", "", "~1", "a/b", "\ud800"),
);

/** Any object as JSON text. */
const anyObject = fc
  .array(fc.tuple(name, anyJson), { maxLength: 5 })
  .map((fields) => `{${fields.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(",")}}`);

/** Checks that an answer has fal's error format and fits Lambda's limit, and that the request had no effect. */
function expectComplaints(scene: ReturnType<typeof proxyScene>, { status, body }: { status: number; body: object }) {
  expect([400, 422]).toContain(status);
  expect(body).toHaveProperty("detail");
  expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(LAMBDA_ANSWER_MAX_BYTES);
  expect([scene.service.rows().size, scene.service.state.prepared]).toEqual([0, 0]);
}

describe("an input that is passed through", () => {
  it("an input that is passed through reaches fal unchanged and can be stored, or is rejected, whatever it is", () =>
    fc.assert(
      fc.asyncProperty(fc.oneof(anyObject, anyJson), async (body) => {
        const scene = proxyScene();
        const told = await scene.ask("POST", OTHER, { body });
        if (told.status !== 200) return expectComplaints(scene, told);
        expect(JSON.stringify(scene.row().input)).toBe(JSON.stringify(JSON.parse(body)));
        expect(JSON.stringify(scene.fal.calls[0]?.input)).toBe(JSON.stringify(JSON.parse(body)));
        expect(await faultsOf(scene.row())).toEqual([]);
      }),
      cases(400),
    ));

  it("any JSON in any usual place is accepted or rejected by POST /jobs, too, and never a 500", () =>
    fc.assert(
      fc.asyncProperty(anyObject, async (input) => {
        const scene = proxyScene();
        const body = `{"endpoint":"${OTHER_ENDPOINT}","input":${input}}`;
        const { statusCode } = await scene.service.submit(gatewayEvent({ body }));
        expect([202, 422]).toContain(statusCode);
        for (const row of scene.service.rows().values()) expect(await faultsOf(row)).toEqual([]);
      }),
      cases(200),
    ));
});

it("metadata of POST /jobs can be stored, or is rejected, whatever it is", () => {
  const pairs = fc.array(fc.tuple(name, fc.oneof(fc.string({ unit: "binary", maxLength: 20 }), fc.constantFrom("x"))), {
    maxLength: 4,
  });
  const property = fc.asyncProperty(pairs, async (metadata) => {
    const scene = proxyScene();
    const fields = metadata.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    const input = JSON.stringify({ prompt: "p", image_url: "https://example.com/a.jpg" });
    const body = `{"input":${input},"metadata":{${fields.join(",")}}}`;
    const { statusCode } = await scene.service.submit(gatewayEvent({ body }));
    expect([202, 422]).toContain(statusCode);
    for (const row of scene.service.rows().values()) expect(await faultsOf(row)).toEqual([]);
  });
  return fc.assert(property, cases(200));
});

describe("an input for Lucy through the proxy", () => {
  it("an input for Lucy through the proxy is accepted where POST /jobs accepts it", () =>
    fc.assert(
      fc.asyncProperty(validRequest, async ({ input, callback_url }) => {
        const scene = proxyScene();
        const webhook = callback_url === undefined ? "" : `?fal_webhook=${encodeURIComponent(callback_url)}`;
        const told = await scene.send(input, {}, `${SUBMIT}${webhook}`);
        expect(told.status, JSON.stringify(told.body)).toBe(200);
        expect(scene.row()).toMatchObject({ input });
        expect(scene.row().callback_url).toBe(callback_url);
      }),
      cases(80),
    ));

  it.each(Object.entries(BAD_INPUT))("with a bad %s is refused by its place", (field, bad) =>
    fc.assert(
      fc.asyncProperty(validRequest, bad, async ({ input }, value) => {
        const scene = proxyScene();
        const { [field as "prompt"]: _, ...others } = input;
        const told = await scene.ask("POST", SUBMIT, {
          body: `{"${field}":${value},${JSON.stringify(others).slice(1)}`.replace(",}", "}"),
        });
        expectComplaints(scene, told);
        const complaints = told.body.detail as { loc: string[] }[];
        expect(complaints.map(({ loc }) => loc.slice(0, 2).join("."))).toContain(`body.${field}`);
      }),
      cases(50),
    ),
  );

  it("any text or any JSON through the proxy is answered in fal's format", () =>
    fc.assert(
      fc.asyncProperty(fc.oneof(anyJson, fc.string({ unit: "binary" })), async (body) => {
        for (const target of [SUBMIT, INITIATE]) {
          const scene = proxyScene();
          expectComplaints(scene, await scene.ask("POST", target, { body }));
        }
      }),
      cases(150),
    ));
});

describe("the options of a submission", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "1",
      "1.0000001",
      "2",
      "86400",
      "86400.1",
      "00002",
      "1e1",
      " 2",
      "normal",
      "low",
      "LOW",
      "{}",
      "[]",
    ),
    anyJson.map((json) => `{"initial_acl":{"a":${json}}}`),
    anyJson.map((json) => `{"initial_acl":${json}}`),
    anyJson.map((json) => `{"expiration_duration_seconds":${json}}`),
  );
  const options = fc.record(
    {
      "x-fal-queue-priority": text,
      "x-fal-runner-hint": text,
      "x-fal-request-timeout": text,
      "x-fal-object-lifecycle-preference": text,
      "x-fal-no-retry": text,
      "x-fal-disable-fallbacks": text,
      "x-app-fal-disable-fallback": text,
      "x-fal-unknown": text,
    },
    { requiredKeys: [], noNullPrototype: true },
  );

  it("the options of a submission are accepted and can be stored, or rejected, whatever they are", () =>
    fc.assert(
      fc.asyncProperty(options, async (headers) => {
        const scene = proxyScene();
        const told = await scene.send(undefined, headers);
        if (told.status !== 200) return expectComplaints(scene, told);
        expect(await faultsOf(scene.row())).toEqual([]);
        expect(scene.row().fal_options?.start_timeout_seconds ?? 2).toBeGreaterThan(1);
        expect(scene.fal.calls).toHaveLength(1);
      }),
      cases(400),
    ));
});
