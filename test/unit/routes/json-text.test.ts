import { describe, expect, it } from "vitest";
import { gatewayEvent } from "../../support/events.ts";
import { formEvent, formOf } from "../../support/forms.ts";
import { oneJob, REQUEST } from "../../support/one-job.ts";
import { OTHER_ENDPOINT, proxyEvent, proxyScene, SUBMIT, toTold } from "../proxy/proxy-scene.ts";

const { input } = REQUEST;
const OTHER = `https://queue.fal.run/${OTHER_ENDPOINT}`;

/** Sends bytes, as they may arrive where no gateway has decoded them. */
function bytesEvent(bytes: Buffer, headers: Record<string, string> = {}) {
  return {
    headers: { "Content-Type": "application/json", ...headers },
    body: bytes.toString("base64"),
    isBase64Encoded: true,
  };
}

async function send(bytes: Buffer, headers: Record<string, string> = {}) {
  const job = oneJob();
  const { statusCode, body } = await job.service.submit(gatewayEvent(bytesEvent(bytes, headers)));
  return { job, statusCode, answer: JSON.parse(body) };
}

const json = (body: unknown) => Buffer.from(JSON.stringify(body));
const latin1 = Buffer.from(JSON.stringify({ input: { ...input, prompt: "caf\xe9" } }), "latin1");
const utf16 = Buffer.from(`\uFEFF${JSON.stringify(REQUEST)}`, "utf16le");

/** Nothing was recorded, posted or uploaded. */
function expectNothing({ service, fal }: Pick<ReturnType<typeof oneJob>, "service" | "fal">): void {
  expect([service.rows().size, fal.posts, fal.handedOver]).toEqual([0, [], []]);
}

describe("text in JSON", () => {
  it.each([
    ["ISO-8859-1", latin1],
    ["UTF-16", utf16],
  ])("P35: text in JSON that is %s is refused with 400 that says UTF-8", async (_, bytes) => {
    const { job, answer } = await send(bytes);
    expect(answer).toMatchObject({ code: "malformed_request", detail: expect.stringMatching(/UTF-8/) });
    expectNothing(job);
  });

  it("P35: text through /fal/proxy that is not UTF-8 is refused with 400 in fal's form", async () => {
    const scene = proxyScene();
    const { status, body } = toTold(await scene.service.proxyWrite(proxyEvent("POST", SUBMIT, bytesEvent(latin1))));
    expect([status, body]).toEqual([400, { detail: expect.stringMatching(/UTF-8/) }]);
    expectNothing(scene);
  });

  it.each<[string, object, string]>([
    ["a prompt", { input: { ...input, prompt: "caf\uFFFD" } }, "/input/prompt"],
    ["an image_url", { input: { ...input, image_url: "https://example.com/caf\uFFFD.jpg" } }, "/input/image_url"],
    ["metadata", { input, metadata: { order: "caf\uFFFD" } }, "/metadata/order"],
    ["a key of metadata", { input, metadata: { "caf\uFFFD": "1" } }, "/metadata/caf\uFFFD"],
    ["a callback_url", { input, callback_url: "https://example.com/\uFFFD" }, "/callback_url"],
    ["an input that is passed through", { endpoint: OTHER_ENDPOINT, input: { a: [{ b: "\uFFFD" }] } }, "/input/a/0/b"],
    ["a key of such an input", { endpoint: OTHER_ENDPOINT, input: { "\uFFFD": 1 } }, "/input/\uFFFD"],
  ])("P35: text in JSON with U+FFFD in %s is refused with 422 that names the field", async (_, body, pointer) => {
    const { job, answer } = await send(json(body));
    expect(answer).toMatchObject({
      code: "invalid_request",
      errors: [{ pointer, message: expect.stringMatching(/UTF-8/) }],
    });
    expectNothing(job);
  });

  it("P35: text through /fal/proxy with U+FFFD is refused with 422 in fal's form", async () => {
    for (const [target, body, loc] of [
      [SUBMIT, { ...input, prompt: "\uFFFD" }, ["body", "prompt"]],
      [OTHER, { a: { b: ["\uFFFD"] } }, ["body", "a", "b", "0"]],
    ] as const) {
      const scene = proxyScene();
      const told = await scene.send(body, {}, target);
      expect(told).toMatchObject({ status: 422, body: { detail: [{ loc, msg: expect.stringMatching(/UTF-8/) }] } });
      expectNothing(scene);
    }
  });

  it.each([["utf-8"], ["UTF-8"], ["utf8"], ["us-ascii"], ['"utf-8"'], ["'utf-8'"]])(
    "text in JSON of the charset %s is accepted",
    async (charset) => {
      const { statusCode } = await send(json(REQUEST), { "Content-Type": `application/json; charset=${charset}` });
      expect(statusCode).toBe(202);
    },
  );

  it.each<[string, Record<string, string>, RegExp]>([
    ["charset", { "Content-Type": "application/json; charset=iso-8859-1" }, /"iso-8859-1"/],
    ["quoted charset", { "Content-Type": 'application/json; charset="UTF-16LE"' }, /"UTF-16LE"/],
    ["content encoding", { "content-encoding": "gzip" }, /"gzip"/],
    ["list of content encodings", { "content-encoding": "deflate, br" }, /"deflate, br"/],
  ])("P35: a body of another %s is refused with 415 that names it, on every route", async (_, headers, detail) => {
    const { job, answer } = await send(json(REQUEST), headers);
    const upload = await job.service.upload(gatewayEvent(bytesEvent(json({}), headers)));
    const batch = await job.service.batch(gatewayEvent(bytesEvent(json({ jobs: [REQUEST] }), headers)));
    for (const each of [answer, JSON.parse(upload.body), JSON.parse(batch.body)])
      expect(each).toMatchObject({ code: "unsupported_media_type", detail: expect.stringMatching(detail) });
    const scene = proxyScene();
    const event = bytesEvent(json(input), headers);
    const told = toTold(await scene.service.proxyWrite(proxyEvent("POST", SUBMIT, event)));
    expect([told.status, told.body]).toEqual([415, { detail: expect.stringMatching(detail) }]);
    expectNothing(job);
    expectNothing(scene);
  });

  it("text in JSON is accepted with a content encoding of identity", async () => {
    expect((await send(json(REQUEST), { "Content-Encoding": "Identity" })).statusCode).toBe(202);
  });

  it("text in JSON may begin with a byte order mark, and so may a prompt", async () => {
    const body = { input: { ...input, prompt: "\uFEFFa lighthouse" } };
    const { statusCode, answer } = await send(Buffer.from(`\uFEFF${JSON.stringify(body)}`));
    expect([statusCode, answer.input.prompt]).toEqual([202, "a lighthouse"]);
  });

  it("CRLF in a JSON prompt is a newline, as in a form (P16)", async () => {
    const job = oneJob();
    const headers = { "Idempotency-Key": "key" };
    const prompt = "one\r\ntwo\nthree";
    const first = await job.submit({ input: { ...input, prompt } }, headers);
    expect(JSON.parse(first.body).input.prompt).toBe("one\ntwo\nthree");
    const form = await formEvent(formOf(["prompt", prompt], ["image_url", input.image_url]), { headers });
    expect((await job.service.submit(form)).statusCode).toBe(200);
  });

  it("null for an optional field of JSON is the same request as the field left out (P16)", async () => {
    const job = oneJob();
    const headers = { "Idempotency-Key": "key" };
    const nulls = { resolution: null, aspect_ratio: null, sync_mode: null };
    const body = { endpoint: null, callback_url: null, metadata: null, deadline_seconds: null };
    expect((await job.submit({ ...body, input: { ...input, ...nulls } }, headers)).statusCode).toBe(202);
    expect((await job.submit(REQUEST, headers)).statusCode).toBe(200);
    expect((await job.upload({ content_type: null, file_name: null, size: 12 })).statusCode).toBe(201);
  });

  it("null is refused for fields that are required or unknown, and as a value of metadata", async () => {
    const body = { input: { prompt: null, image_url: null, seed: null }, model: null, metadata: { a: null } };
    const { job, answer } = await send(json(body));
    const pointers = answer.errors.map(({ pointer }: { pointer: string }) => pointer).sort();
    expect(pointers).toEqual(["/input/image_url", "/input/prompt", "/input/seed", "/metadata/a", "/model"]);
    expectNothing(job);
  });

  it("an input of another model is passed through as it came", async () => {
    const body = { prompt: "a\r\nb", seed: null, list: [null, "\uFEFFc"], "\t": "" };
    const { job, statusCode } = await send(json({ endpoint: OTHER_ENDPOINT, input: body }));
    expect(statusCode).toBe(202);
    expect(job.fal.calls[0]?.input).toEqual(body);
  });
});
