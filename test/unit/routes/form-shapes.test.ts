import { describe, expect, it } from "vitest";
import { rawFormEvent } from "../../support/forms.ts";
import { oneJob } from "../../support/one-job.ts";
import { PICTURES } from "../../support/pictures.ts";

const MiB = 1024 * 1024;
const PNG = PICTURES["image/png"];
const BOUNDARY = "XbOuNdArY";
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
const PROMPT = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nthe tide\r\n`;
const END = `\r\n--${BOUNDARY}--\r\n`;

/** A form of a prompt and of a picture with these headers. */
function formWith(headers: string, { prompt = PROMPT, picture = PNG, end = END }: Partial<Shape> = {}): Buffer {
  return Buffer.concat([Buffer.from(`${prompt}--${BOUNDARY}\r\n${headers}\r\n\r\n`), picture, Buffer.from(end)]);
}

/** The same bytes with the letter é of ISO-8859-1 in place of the @. */
function latin1(bytes: Buffer): Buffer {
  bytes[bytes.indexOf("@")] = 0xe9;
  return bytes;
}

interface Shape {
  readonly prompt: string;
  readonly picture: Buffer;
  readonly end: string;
}

const IMAGE = 'Content-Disposition: form-data; name="image"; filename="a.png"';
const TYPED = `${IMAGE}\r\nContent-Type: image/png`;

async function send(body: Buffer, contentType = TYPE, headers: Record<string, string> = {}) {
  const job = oneJob();
  const { statusCode, body: answer } = await job.service.submit(rawFormEvent(body, contentType, { headers }));
  return { job, statusCode, answer: JSON.parse(answer) };
}

/** Nothing was recorded, posted or uploaded. */
function expectNothing({ service, fal }: ReturnType<typeof oneJob>): void {
  expect([service.rows().size, fal.posts, fal.handedOver]).toEqual([0, [], []]);
}

describe("a form", () => {
  it.each<[string, Buffer, string?]>([
    ["whose picture has no type", formWith(IMAGE)],
    ["whose picture has no type and no file name", formWith('Content-Disposition: form-data; name="image"')],
    [
      "whose picture has a type and no file name",
      formWith('Content-Disposition: form-data; name="image"\r\nContent-Type: application/octet-stream'),
    ],
    ["whose picture is image/*", formWith(`${IMAGE}\r\nContent-Type: image/*`)],
    ["whose picture has a type with parameters", formWith(`${IMAGE}\r\nContent-Type: Image/PNG; name="a.png"`)],
    ["with filename and filename*", formWith(`${IMAGE}; filename*=UTF-8''%E5%9B%BE.png\r\nContent-Type: image/png`)],
    ["with filename* alone", formWith("Content-Disposition: form-data; name=image; filename*=UTF-8''%E5%9B%BE.png")],
    ["with unquoted names", formWith("Content-Disposition: form-data; name=image; filename=a b.png")],
    ["without blanks between parameters", formWith('Content-Disposition:form-data;name="image";filename="a.png"')],
    ["whose file name is first", formWith('Content-Disposition: form-data; filename="a.png"; name="image"')],
    ["whose type is first", formWith(`Content-Type: image/png\r\n${IMAGE}`)],
    [
      "with names of headers and parameters in any case",
      formWith("CONTENT-disposition: Form-Data; NAME=image; FileName=a"),
    ],
    ["with escaped quotes", formWith('Content-Disposition: form-data; name="image"; filename="a \\"b\\"; c.png"')],
    [
      "with quotes that are not escaped",
      formWith('Content-Disposition: form-data; name="image"; filename="a "b".png"'),
    ],
    ["with a Windows path", formWith('Content-Disposition: form-data; filename="C:\\dir\\a.png"; name="image"')],
    ["whose file name is not UTF-8", latin1(formWith(IMAGE.replace("a.png", "caf@.png")))],
    ["with a folded header", formWith('Content-Disposition: form-data;\r\n\tname="image";\r\n filename="a.png"')],
    [
      "with other headers",
      formWith(`Content-Length: ${PNG.length}\r\nX-A: b\r\n${TYPED}\r\nContent-Transfer-Encoding: Binary`),
    ],
    ["with a preamble", Buffer.concat([Buffer.from("This is MIME.\r\n"), formWith(TYPED)])],
    ["with an empty preamble", Buffer.concat([Buffer.from("\r\n"), formWith(TYPED)])],
    ["with an epilogue", Buffer.concat([formWith(TYPED), Buffer.from(`The end.\r\n--${BOUNDARY}\r\nnot a part`)])],
    ["without a newline at its end", formWith(TYPED, { end: END.trimEnd() })],
    ["with a quoted boundary", formWith(TYPED), `multipart/form-data; boundary="${BOUNDARY}"`],
    [
      "with other parameters of the type",
      formWith(TYPED),
      `Multipart/Form-Data ;charset=UTF-8; Boundary=${BOUNDARY} ; x=y`,
    ],
    [
      "with a boundary of all allowed characters",
      Buffer.from(formWith(TYPED).toString("latin1").replaceAll(BOUNDARY, "'()+_,-./:=? 9"), "latin1"),
      `multipart/form-data; boundary="'()+_,-./:=? 9"`,
    ],
    [
      "with blanks behind its boundaries",
      Buffer.from(formWith(TYPED).toString("latin1").replaceAll(`--${BOUNDARY}\r\n`, `--${BOUNDARY} \t\r\n`), "latin1"),
    ],
    ["with a charset of US-ASCII", formWith(TYPED), `${TYPE}; charset=us-ascii`],
    [
      "whose text names a charset of its own",
      formWith(TYPED, {
        prompt: PROMPT.replace("\r\n\r\n", "\r\nContent-Type: text/plain; charset=ISO-8859-1\r\n\r\n"),
      }),
    ],
    [
      "whose text begins with a byte order mark",
      formWith(TYPED, { prompt: PROMPT.replace("the tide", "\uFEFFthe tide") }),
    ],
    [
      "with fields that were not filled in",
      formWith(TYPED, {
        prompt: `${PROMPT}--${BOUNDARY}\r\nContent-Disposition: form-data; name="callback_url"\r\n\r\n\r\n`,
      }),
    ],
  ])("a form %s becomes a job", async (_, body, contentType) => {
    const { job, statusCode, answer } = await send(body, contentType);
    expect(statusCode, JSON.stringify(answer)).toBe(202);
    expect([answer.input.prompt, job.fal.handedOver]).toEqual(["the tide", [PNG]]);
  });

  it.each(["image/jpg", "image/pjpeg", "image/*", "text/plain"])(
    "a form with a JPEG of type %s becomes a job",
    async (type) => {
      const picture = PICTURES["image/jpeg"];
      const headers = `content-disposition: form-data; name="image"; filename="image.jpg"\r\ncontent-type: ${type}`;
      const { job, statusCode } = await send(formWith(headers, { picture }));
      expect([statusCode, job.fal.handedOver]).toEqual([202, [picture]]);
    },
  );

  it("a form's names are read as browsers and other clients escape them", async () => {
    const field = (name: string) =>
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="metadata.${name}"\r\n\r\n1\r\n`;
    const prompt = PROMPT + ["a%22b", "c%0D%0Ad", 'e\\"f', "g\\h", "größe", "i;j", "%25"].map(field).join("");
    const { answer } = await send(formWith(TYPED, { prompt }));
    expect(Object.keys(answer.metadata).sort()).toEqual(["%25", 'a"b', "c\r\nd", 'e"f', "g\\h", "größe", "i;j"].sort());
  });

  it("P35: a form whose text is not UTF-8 is refused with 400, whatever charset it names", async () => {
    for (const type of ["", "\r\nContent-Type: text/plain; charset=ISO-8859-1"]) {
      const prompt = PROMPT.replace('name="prompt"', `name="prompt"${type}`).replace("the tide", "caf\xe9");
      const body = Buffer.concat([Buffer.from(prompt, "latin1"), formWith(TYPED, { prompt: "" })]);
      const { job, answer } = await send(body);
      expect(answer).toMatchObject({
        code: "malformed_request",
        detail: expect.stringMatching(/"prompt" is not UTF-8/),
      });
      expectNothing(job);
    }
  });

  it("P35: a form whose field name is not UTF-8 is refused with 400", async () => {
    const prompt = Buffer.from(PROMPT.replace('"prompt"', '"metadata.caf\xe9"'), "latin1");
    const { job, answer } = await send(Buffer.concat([prompt, formWith(TYPED, { prompt: "" })]));
    expect(answer).toMatchObject({ code: "malformed_request", detail: expect.stringMatching(/UTF-8/) });
    expectNothing(job);
  });

  it("P35: a form with U+FFFD in its texts is refused with 422 that names the fields", async () => {
    const prompt = `${PROMPT.replace("the tide", "the \uFFFD")}--${BOUNDARY}\r\nContent-Disposition: form-data; name=metadata.a\r\n\r\n\uFFFD\r\n`;
    const { job, answer } = await send(formWith(TYPED, { prompt }));
    const message = expect.stringMatching(/UTF-8/);
    expect(answer).toMatchObject({ code: "invalid_request" });
    expect(answer.errors).toEqual([
      { pointer: "/prompt", message },
      { pointer: "/metadata.a", message },
    ]);
    expectNothing(job);
  });

  it.each<[string, string, Record<string, string>, RegExp]>([
    ["in another charset", `${TYPE}; charset=ISO-8859-1`, {}, /utf-8, not "ISO-8859-1"/],
    ["in another charset, quoted", `multipart/form-data; charset="utf-16"; boundary=${BOUNDARY}`, {}, /"utf-16"/],
    ["that is compressed", TYPE, { "Content-Encoding": "gzip" }, /"gzip"/],
  ])("P35: a form %s is refused with 415 that names it", async (_, contentType, headers, detail) => {
    const { job, answer } = await send(formWith(TYPED), contentType, headers);
    expect(answer).toMatchObject({ code: "unsupported_media_type", detail: expect.stringMatching(detail) });
    expectNothing(job);
  });

  it("a form whose picture is encoded as base64 is refused with 415 that names the encoding", async () => {
    const { job, answer } = await send(formWith(`${TYPED}\r\nContent-Transfer-Encoding: base64`));
    expect(answer).toMatchObject({
      code: "unsupported_media_type",
      detail: expect.stringMatching(/"image".*"base64"/),
    });
    expectNothing(job);
  });

  it.each([
    ["without a disposition", formWith("Content-Type: image/png")],
    ["of another disposition", formWith('Content-Disposition: attachment; name="image"; filename="a.png"')],
    ["without a name", formWith('Content-Disposition: form-data; filename="a.png"')],
    ["with an empty name", formWith('Content-Disposition: form-data; name=""; filename="a.png"')],
    ["with bare newlines in its headers", formWith(TYPED.replaceAll("\r\n", "\n"))],
    ["without headers", formWith("")],
  ])("a form with a part %s is refused, and not read without that part", async (_, body) => {
    const { job, answer } = await send(body);
    expect(answer).toMatchObject({ code: "malformed_request" });
    expectNothing(job);
  });

  it.each([
    ["in its picture", formWith(TYPED).subarray(0, -BOUNDARY.length - 20)],
    ["before its last boundary", formWith(TYPED, { end: "" })],
    ["in its last boundary", formWith(TYPED, { end: `\r\n--${BOUNDARY}-` })],
    ["in a header", formWith(TYPED).subarray(0, PROMPT.length + BOUNDARY.length + 30)],
  ])("a form that is cut %s is refused", async (_, body) => {
    const { job, answer } = await send(body);
    expect(answer).toMatchObject({ code: "malformed_request" });
    expectNothing(job);
  });

  const fill = (text: string) => Buffer.from(text.repeat(Math.floor((4 * MiB) / text.length)));
  it.each([
    ["nothing but boundaries", fill(`--${BOUNDARY}\r\n`), TYPE],
    ["boundaries without an end", fill(`\r\n--${BOUNDARY}`), TYPE],
    ["almost boundaries", fill(`\r\n--${"a".repeat(69)}b`), `multipart/form-data; boundary=${"a".repeat(70)}`],
    ["newlines", fill("\r\n"), TYPE],
    [
      "a header without an end",
      Buffer.concat([Buffer.from(`--${BOUNDARY}\r\n`), fill("a: b\r\n")]).subarray(0, 4 * MiB),
      TYPE,
    ],
    ["parameters without an end", formWith(`Content-Disposition: form-data${';a="'.repeat(MiB - 1000)}`), TYPE],
    ["blanks between parameters", formWith(`Content-Disposition: form-data${"; ".repeat(MiB)}`), TYPE],
    ["a type with a long boundary", fill("a"), `multipart/form-data; boundary=${"a".repeat(9000)}`],
  ])("P28: a form of four megabytes of %s is refused in bounded time", async (_, body, contentType) => {
    const started = process.cpuUsage();
    const { job, answer } = await send(body, contentType);
    const { user, system } = process.cpuUsage(started);
    expect(answer.code).toBe("malformed_request");
    expect((user + system) / 1000).toBeLessThan(HOSTILE_MAX_MS);
    expectNothing(job);
  });
});

/** Of processor time; it takes less than a tenth of this on a machine that does nothing else. */
const HOSTILE_MAX_MS = 2000;
