import { describe, expect, it } from "vitest";
import { isHttpsUrl } from "../../../../lambdas/contract/text.ts";
import { submitUrl, WAYS } from "../../../support/arrivals.ts";
import { oneJob } from "../../../support/one-job.ts";
import { brokenPictures, wholePictures } from "../../../support/picture-kinds.ts";
import { dataUriOf, PICTURES } from "../../../support/pictures.ts";

const whole = await wholePictures();
const broken = await brokenPictures();
const ways = Object.entries(WAYS);
const png = PICTURES["image/png"];

/** Each of some names in each way of arrival. */
function table<T>(names: readonly T[]) {
  return names.flatMap((name) => ways.map(([way, send]) => ({ name, way, send })));
}

describe("a picture that is whole goes to fal unchanged", () => {
  it.each(table(Object.keys(whole)))("$name goes to fal unchanged, $way", async ({ name, send }) => {
    const { bytes, contentType } = whole[name] ?? { bytes: png, contentType: "image/png" };
    expect(await send(bytes, contentType)).toEqual({ handedOver: [bytes] });
  });
});

describe("a picture that is broken is refused before anything is recorded, stored or charged", () => {
  it.each(table(Object.keys(broken)))(
    "$name is refused with the reason, and nothing comes of it, $way",
    async ({ name, send }) => {
      const { bytes, contentType, says = /x/ } = broken[name] ?? { bytes: png, contentType: "image/png" };
      expect(await send(bytes, contentType)).toEqual({ status: 422, says: expect.stringMatching(says) });
    },
  );
});

describe("a declared type", () => {
  const unknown = [
    undefined,
    "application/octet-stream",
    "image/*",
    "*/*",
    "binary/octet-stream",
    "image/unknown",
    "IMAGE/PNG",
    "image/x-png",
    "image/apng",
    "image/png; charset=binary",
  ];
  it.each(table(unknown))("a picture declared as $name is what its bytes are, $way", async ({ name, send }) => {
    expect(await send(png, name)).toEqual({ handedOver: [png] });
  });

  it.each(table(["image/jpg", "image/pjpeg", "Image/JPG", "image/jpeg"]))(
    "a picture declared as $name must be a JPEG, $way",
    async (each) => {
      const bytes = PICTURES["image/jpeg"];
      expect(await each.send(bytes, each.name)).toEqual({ handedOver: [bytes] });
      const says = "is declared as image/jpeg, but its bytes are image/png";
      expect(await each.send(png, each.name)).toEqual({ status: 422, says });
    },
  );

  const notAPicture = "must be image/png, image/jpeg or image/webp, or application/octet-stream";
  it.each(table(["text/plain", "application/x-www-form-urlencoded"]))(
    "a picture declared as $name is what its bytes are, except by upload, where it is refused at once, $way",
    async ({ name, way, send }) => {
      const refused = { status: 422, says: notAPicture };
      expect(await send(png, name)).toEqual(way === "by upload" ? refused : { handedOver: [png] });
    },
  );

  const others = ["gif", "avif", "heic", "heif", "bmp", "x-ms-bmp", "tiff", "svg+xml", "jxl", "vnd.microsoft.icon"];
  it.each(table([...others.map((each) => `image/${each}`), "image/webp"]))(
    "a PNG declared as $name is refused, $way",
    async ({ name, way, send }) => {
      const isToldAtOnce = way === "by upload" && name !== "image/webp";
      const says = isToldAtOnce ? notAPicture : `is declared as ${name}, but its bytes are image/png`;
      expect(await send(png, name)).toEqual({ status: 422, says });
    },
  );
});

describe("a data URI", () => {
  const base64 = png.toString("base64");
  const lines = base64.replaceAll(/.{20}/g, "$&\r\n");
  const escaped = [...png].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  it.each<[string, string]>([
    ["in any case", `DATA:Image/PNG;BASE64,${base64}`],
    ["with a charset", `data:image/png;charset=utf-8;base64,${base64}`],
    ["with a name", `data:image/png;name=a%20b.png;base64,${base64}`],
    ["with a name that has a comma", `data:image/png;name="a,b.png";base64,${base64}`],
    ["with blanks around its parameters", `data:image/png ; base64 ,${base64}`],
    ["without a type", `data:;base64,${base64}`],
    ["with a type that has no slash", `data:image;base64,${base64}`],
    ["with a type whose slash is escaped", `data:image%2Fpng;base64,${base64}`],
    ["with parameters behind base64", `data:image/png;base64;charset=utf-8;name="a,b",${base64}`],
    ["with a parameter and no type", `data:;charset=x;base64,${base64}`],
    ["with line breaks", `data:image/png;base64,${lines}`],
    ["with a line break at either end", `\n data:image/png;base64,\n${base64}\n`],
    ["without padding", `data:image/png;base64,${base64.replaceAll("=", "")}`],
    ["of percent-encoded base64", `data:image/png;base64,${encodeURIComponent(base64)}`],
    ["of percent-encoded line breaks", `data:image/png;base64,${lines.replaceAll("\r\n", "%0D%0A")}`],
    ["of URL-safe base64", `data:image/png;base64,${base64.replaceAll("+", "-").replaceAll("/", "_")}`],
    ["of percent-encoded bytes", `data:image/png,${escaped}`],
  ])("a data URI may be written %s", async (_, uri) => {
    expect(await submitUrl(uri)).toEqual({ handedOver: [png] });
  });

  it.each<[string, string, RegExp]>([
    ["no comma", `data:image/png;base64${base64}`, /a comma before its data/],
    ["no comma and nothing else", "data:image/png", /a comma before its data/],
    ["a header of 1100 characters", `data:image/png;a=${"x".repeat(1100)};base64,${base64}`, /1024 characters before/],
    ["no data", "data:image/png;base64,", /no data after the comma/],
    ["blanks for data", "data:image/png;base64,  \n", /no data after the comma/],
    ["another alphabet", `data:image/png;base64,!${base64}`, /"!" is not base64/],
    ["padding in the middle", `data:image/png;base64,AA==${base64}`, /"=" is not base64/],
    ["a character too few", `data:image/png;base64,${base64.slice(0, -3)}`, /characters are missing/],
    ["a broken percent code", `data:image/png;base64,${base64}%3`, /a percent sign/],
    ["base64 that it does not name", `data:image/png,${base64}`, /PNG, JPEG or WebP.*not marked as base64/],
    ["an SVG", "data:image/svg+xml,%3Csvg%20/%3E", /not SVG/],
    ["letters beyond bytes", "data:image/png,ä🗼", /percent-encoded/],
    [
      "more than 3 MB in lines",
      `data:image/png;base64,${`${"A".repeat(76)}\n`.repeat(55_300)}`,
      /at most 3145728 bytes/,
    ],
  ])("a data URI with %s is refused with that reason", async (_, uri, says) => {
    expect(await submitUrl(uri)).toEqual({ status: 422, says: expect.stringMatching(says) });
  });

  it("a data URI of each type goes to fal as what its bytes are", async () => {
    for (const type of Object.keys(PICTURES) as (keyof typeof PICTURES)[])
      expect(await submitUrl(dataUriOf(type))).toEqual({ handedOver: [PICTURES[type]] });
  });
});

describe("a hosted picture", () => {
  async function sentFor(image_url: string): Promise<unknown> {
    const scene = oneJob();
    await scene.submit({ input: { prompt: "p", image_url } });
    return scene.fal.calls[0]?.input.image_url;
  }

  it.each([
    ["https://bücher.example/a.png", "https://xn--bcher-kva.example/a.png"],
    ["https://例え.jp/画像.png?q=é#ä", "https://xn--r8jz45g.jp/%E7%94%BB%E5%83%8F.png?q=%C3%A9#%C3%A4"],
    ["https://example.com/a%20b/{c}|d.png?x=%E2%82%AC", "https://example.com/a%20b/{c}|d.png?x=%E2%82%AC"],
    ["HTTPS://EXAMPLE.com/A", "HTTPS://EXAMPLE.com/A"],
  ])("the hosted picture %s is sent to fal as %s", async (url, sent) => {
    expect(await sentFor(url)).toBe(sent);
  });

  it("an international host name is accepted however many URLs were checked before", () => {
    for (let times = 0; times < 6000; times++) expect(isHttpsUrl("https://bücher.example/a.png")).toBe(true);
  });

  it("a hosted picture whose URL has more than 2,048 characters in ASCII is refused", async () => {
    expect(await submitUrl(`https://example.com/${"ü".repeat(400)}`)).toMatchObject({ status: 422 });
  });
});
