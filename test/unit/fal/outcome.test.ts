import { describe, expect, it } from "vitest";
import { readFailure, readResult } from "../../../lambdas/fal/outcome.ts";

const url = "https://v3.fal.media/files/b/x.mp4";

describe("fal's result", () => {
  it.each([1, 25_245, 2 ** 40])("P31: fal's result holds the video's size when that is %i bytes", (file_size) => {
    expect(readResult({ video: { url, file_size } }, undefined)).toEqual({ video: { url, file_size } });
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 60, "25245", null, undefined])(
    "P31: fal's result leaves the video's size out when it is %j, which is no film's",
    (file_size) => {
      expect(readResult({ video: { url, file_size } }, undefined)).toEqual({ video: { url } });
    },
  );

  it.each(["data:video/mp4;base64,AAAA", "DATA:video/mp4;base64,AAAA"])(
    "fal's result may hold the video itself: %s",
    (inline) => {
      expect(readResult({ video: { url: inline } }, undefined)).toEqual({ video: { url: inline } });
    },
  );
});

it.each(["über_fehler", "a\r\nset-cookie: x", "\u2028"])(
  "an error_type is printable ASCII, as a header must be: %j",
  (error_type) => {
    const outcome = readFailure({ error_type, detail: "no" }, 500, undefined);
    expect(outcome.status === "failed" && outcome.error.error_type).toMatch(/^[\x20-\x7e]+$/);
  },
);
