import { describe, expect, it } from "vitest";
import { ERROR_PAGES } from "../../../lambdas/contract/error-pages.ts";
import { GATEWAY_STATUS_BY_CODE, problemType, STATUS_BY_CODE } from "../../../lambdas/contract/problem-codes.ts";
import { jobErrorSchema } from "../../../lambdas/contract/public-schema.ts";
import { handleWith } from "../../../lambdas/http/api.ts";
import { errorPage } from "../../../lambdas/routes/error-page.ts";
import { expectConforms } from "../../support/conforms.ts";
import { gatewayEvent } from "../../support/events.ts";

const publicUrl = "https://api.example.com/prod";
const resource = "/errors/{code}";

async function read(code: string) {
  const event = gatewayEvent({ method: "GET", resource, pathParameters: { code }, apiKeyId: null });
  const { statusCode: status, headers = {}, body } = await handleWith(errorPage, publicUrl)(event);
  expectConforms("GET", resource, { status, headers, body: status === 200 ? body : JSON.parse(body) });
  return { status, headers, body };
}

describe("GET /errors/{code}", () => {
  it("GET /errors/{code} explains a problem in plain text: its code, status, meaning, cause and remedy", async () => {
    const { status, headers, body } = await read("throttled");
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "text/plain; charset=utf-8",
      "access-control-allow-origin": "*",
    });
    const { title, meaning, cause, remedy } = ERROR_PAGES.throttled;
    expect(body).toBe(
      `throttled\n${title}. HTTP status 429.\n\nWhat it means\n${meaning}\n\nCause\n${cause}\n\nWhat to do\n${remedy}\n`,
    );
  });

  it("GET /errors/{code} explains the error of a job, which has no status", async () => {
    const { body } = await read("submission_unconfirmed");
    expect(body).toMatch(/^submission_unconfirmed\n.*\. The error of a job\.\n/);
  });

  it.each(
    [...Object.keys({ ...STATUS_BY_CODE, ...GATEWAY_STATUS_BY_CODE }), ...jobErrorSchema.shape.code.options].sort(),
  )("has a page for %s", async (code) => {
    const { status, body } = await read(code);
    expect(status).toBe(200);
    expect(body.startsWith(`${code}\n`)).toBe(true);
  });

  it.each(["", "nothing", "__proto__", "constructor", "Throttled"])(
    "GET /errors/{code} is a 404 for %j",
    async (code) => {
      const { status, body } = await read(code);
      expect([status, JSON.parse(body)]).toEqual([
        404,
        expect.objectContaining({ code: "not_found", type: problemType(publicUrl, "not_found") }),
      ]);
    },
  );
});
