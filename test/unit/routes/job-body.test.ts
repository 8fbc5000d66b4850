import { describe, expect, it } from "vitest";
import { formEvent, formOf, rawFormEvent } from "../../support/forms.ts";
import { oneJob, REQUEST } from "../../support/one-job.ts";
import { dataUriOf, PICTURES } from "../../support/pictures.ts";

type Field = readonly [name: string, value: string | Blob];
type Refused = readonly [code: string, pointer?: string, message?: RegExp];

const MiB = 1024 * 1024;
const PROMPT: Field = ["prompt", "a lighthouse"];
const HOSTED: Field = ["image_url", "https://example.com/a.jpg"];

function picture(type = "image/png", bytes: Buffer = PICTURES["image/png"], name = "a.png"): File {
  return new File([new Uint8Array(bytes)], name, { type });
}

const IMAGE: Field = ["image", picture()];

/** Sends a form and returns the answer and its effects. */
async function send(...fields: readonly Field[]) {
  const job = oneJob();
  const { statusCode, body } = await job.service.submit(await formEvent(formOf(...fields)));
  return { job, statusCode, answer: JSON.parse(body) };
}

/** Nothing was recorded, posted or uploaded. */
function expectNothing({ service, fal }: ReturnType<typeof oneJob>): void {
  expect([service.rows().size, fal.posts, fal.handedOver]).toEqual([0, [], []]);
}

describe("POST /jobs as a form", () => {
  it("POST /jobs as a form accepts every field under its own name, and the image as a file", async () => {
    const { job, statusCode, answer } = await send(
      PROMPT,
      IMAGE,
      ["resolution", "720p"],
      ["aspect_ratio", "9:16"],
      ["sync_mode", "true"],
      ["callback_url", "https://example.com/hook"],
      ["callback_when", "settled"],
      ["deadline_seconds", "60"],
      ["metadata.order", "7"],
      ["metadata.a.b", "x"],
    );
    expect(statusCode).toBe(202);
    expect(answer).toMatchObject({
      input: { prompt: "a lighthouse", resolution: "720p", aspect_ratio: "9:16", sync_mode: true },
      callback_url: "https://example.com/hook",
      callback_when: "settled",
      metadata: { order: "7", "a.b": "x" },
    });
    expect(Date.parse(answer.deadline_at) - Date.parse(answer.created_at)).toBe(60_000);
    expect(job.fal.handedOver).toEqual([PICTURES["image/png"]]);
    expect(JSON.stringify(job.row())).not.toContain("data:");
  });

  it.each<[string, readonly Field[]]>([
    ["what it does not name", [PROMPT, HOSTED]],
    [
      "what it leaves empty, as browsers send it",
      [PROMPT, HOSTED, ["image", picture("application/octet-stream", Buffer.alloc(0), "")], ["callback_url", ""]],
    ],
  ])("POST /jobs as a form fills the defaults in for %s", async (_, fields) => {
    const { job, answer } = await send(...fields);
    expect(answer.input).toEqual({ ...REQUEST.input, resolution: "720p", aspect_ratio: "16:9", sync_mode: false });
    expect([job.row().callback_url, job.row().metadata]).toEqual([undefined, undefined]);
  });

  it("POST /jobs as a form accepts a line break that browsers send as two characters", async () => {
    const { answer } = await send(["prompt", "a\nlighthouse"], HOSTED, ["metadata.note", "x\ny"]);
    expect(answer).toMatchObject({ input: { prompt: "a\nlighthouse" }, metadata: { note: "x\ny" } });
  });

  it.each(["application/octet-stream", "", "IMAGE/PNG", "image/png; x=y"])(
    "POST /jobs as a form accepts an image sent as %j",
    async (type) => {
      expect((await send(PROMPT, ["image", picture(type)])).statusCode).toBe(202);
    },
  );

  it("POST /jobs as a form equals the JSON request of the same content (P16)", async () => {
    const job = oneJob();
    const headers = { "Idempotency-Key": "key" };
    const input = { prompt: PROMPT[1], image_url: dataUriOf("image/png") };
    await job.submit({ input, metadata: { a: "b" } }, headers);
    const form = formOf(["metadata.a", "b"], IMAGE, PROMPT);
    const again = await job.service.submit(await formEvent(form, { headers }));
    expect(again).toMatchObject({ statusCode: 200, headers: { "idempotency-replayed": "true" } });
    const other = await job.service.submit(await formEvent(formOf(PROMPT, IMAGE), { headers }));
    expect(JSON.parse(other.body).code).toBe("idempotency_key_reused");
    expect([job.fal.posts.length, job.fal.handedOver.length]).toEqual([1, 1]);
  });

  const png = PICTURES["image/png"];
  it.each<[string, readonly Field[], Refused]>([
    ["no prompt", [IMAGE], ["invalid_request", "/prompt", /required/]],
    ["no image", [PROMPT], ["invalid_request", "/image", /^is required$/]],
    ["an image that is text", [PROMPT, ["image", "a.png"]], ["invalid_request", "/image", /must be a file/]],
    ["an image given twice", [PROMPT, IMAGE, HOSTED], ["invalid_request", "/image", /combined with image_url/]],
    [
      "an empty image",
      [PROMPT, ["image", picture("image/png", Buffer.alloc(0))]],
      ["invalid_request", "/image", /empty/],
    ],
    [
      "an image with a wrong type",
      [PROMPT, ["image", picture("image/jpeg")]],
      ["invalid_request", "/image", /bytes are image\/png/],
    ],
    [
      "bytes that are not an image",
      [PROMPT, ["image", picture("", Buffer.from("<svg/>"))]],
      ["invalid_request", "/image", /PNG, JPEG or WebP/],
    ],
    [
      "an image of more than 3 MB",
      [PROMPT, ["image", picture("image/png", Buffer.concat([png, Buffer.alloc(3 * MiB + 1 - png.length)]))]],
      ["invalid_request", "/image", /3145728 bytes/],
    ],
    ["a file for a text", [["prompt", picture()], IMAGE], ["invalid_request", "/prompt", /must be text/]],
    ["an unknown field", [PROMPT, IMAGE, ["seed", "1"]], ["invalid_request", "/seed", /not a known field/]],
    ["an unknown file", [PROMPT, IMAGE, ["mask", picture()]], ["invalid_request", "/mask", /must be text/]],
    [
      "a name of all objects",
      [PROMPT, IMAGE, ["__proto__", "x"]],
      ["invalid_request", "/__proto__", /not a known field/],
    ],
    ["another one", [PROMPT, IMAGE, ["constructor", "x"]], ["invalid_request", "/constructor", /not a known field/]],
    [
      "such metadata",
      [PROMPT, IMAGE, ["metadata.__proto__", "x"]],
      ["invalid_request", "/metadata.__proto__", /not an allowed key/],
    ],
    [
      "metadata without a key",
      [PROMPT, IMAGE, ["metadata.", "x"]],
      ["invalid_request", "/metadata.", /not a known field/],
    ],
    [
      "a misspelled field",
      [IMAGE, ["promt", "x"]],
      ["invalid_request", "/promt", /^is not a known field; did you mean prompt\?$/],
    ],
    [
      "a misspelled field, and so without a required one",
      [IMAGE, ["promt", "x"]],
      ["invalid_request", "/prompt", /required/],
    ],
    [
      "metadata as JSON",
      [PROMPT, IMAGE, ["metadata", '{"a":1}']],
      ["invalid_request", "/metadata", /send each entry of metadata as metadata\.NAME$/],
    ],
    ["nested input", [PROMPT, IMAGE, ["input[seed]", "1"]], ["invalid_request", "/input[seed]", /without nesting$/]],
    ["a boolean of another word", [PROMPT, IMAGE, ["sync_mode", "on"]], ["invalid_request", "/sync_mode", /boolean/]],
    [
      "a number of another form",
      [PROMPT, IMAGE, ["deadline_seconds", "6e1"]],
      ["invalid_request", "/deadline_seconds", /must be a number/],
    ],
    [
      "a deadline too short",
      [PROMPT, IMAGE, ["deadline_seconds", "59"]],
      ["invalid_request", "/deadline_seconds", /60 to 86400/],
    ],
    [
      "a private image_url",
      [PROMPT, ["image_url", "https://10.0.0.1/a"]],
      ["invalid_request", "/image_url", /public host/],
    ],
    ["a field twice", [PROMPT, PROMPT, IMAGE], ["malformed_request"]],
    ["two files", [PROMPT, IMAGE, IMAGE], ["malformed_request"]],
    ["51 fields", Array.from({ length: 51 }, (_, n): Field => [`metadata.k${n}`, "v"]), ["malformed_request"]],
    ["more than 4 MB", [PROMPT, ["image", picture("", Buffer.alloc(4 * MiB))]], ["body_too_large"]],
  ])("POST /jobs as a form with %s is rejected with the field's name", async (_, fields, [code, pointer, message]) => {
    const { job, answer } = await send(...fields);
    expect(answer.code).toBe(code);
    if (pointer !== undefined)
      expect(answer.errors).toContainEqual({ pointer, message: expect.stringMatching(message ?? "") });
    expectNothing(job);
  });

  it("POST /jobs as a form has an error for every wrong field at once", async () => {
    const { answer } = await send(["seed", "1"], ["image", "x"], ["prompt", picture()]);
    expect(answer.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(["/seed", "/image", "/prompt"]);
  });

  it.each([
    ["no boundary", "multipart/form-data", "--x\r\n\r\n--x--"],
    [
      "another boundary",
      "multipart/form-data; boundary=y",
      "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--",
    ],
    ["no end", "multipart/form-data; boundary=x", '--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\np'],
    ["no name", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data\r\n\r\np\r\n--x--"],
    ["nothing", "multipart/form-data; boundary=x", ""],
    ["JSON", "multipart/form-data; boundary=x", "{}"],
  ])("POST /jobs as a form of %s is malformed", async (_, contentType, text) => {
    const job = oneJob();
    const answer = await job.service.submit(rawFormEvent(Buffer.from(text), contentType));
    expect(JSON.parse(answer.body)).toMatchObject({ status: 400, code: "malformed_request" });
    expectNothing(job);
  });
});
