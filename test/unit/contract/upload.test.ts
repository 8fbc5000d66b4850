import { describe, expect, it } from "vitest";
import {
  isUploadUrl,
  randomUploadId,
  uploadIdIn,
  uploadKey,
  uploadMadeAt,
  uploadUrl,
} from "../../../lambdas/contract/upload.ts";
import { BIRTH_MS } from "../../support/jobs.ts";

const PUBLIC_URL = "https://api.example.com/prod";
const own = { publicUrl: PUBLIC_URL, otherUrls: ["https://old.example.com"] };
const id = randomUploadId(BIRTH_MS, new Uint8Array(16).fill(255));

describe("an upload", () => {
  it("an upload contains the time it was requested", () => {
    expect(uploadMadeAt(id)).toBe(BIRTH_MS);
  });

  it("an upload is recognised by its URL", () => {
    expect(uploadIdIn(uploadUrl(PUBLIC_URL, id), own)).toBe(id);
  });

  it("an upload is recognised by a URL that was given out before the API's URL changed", () => {
    expect(uploadIdIn(uploadUrl("https://old.example.com", id), own)).toBe(id);
    expect(uploadIdIn(uploadUrl("https://old.example.com", id), { publicUrl: PUBLIC_URL })).toBeUndefined();
  });

  it("an upload is stored under its owner (P25)", () => {
    expect(uploadKey("owner-1", id)).toBe(`uploads/owner-1/${id}`);
  });

  it.each([
    `${PUBLIC_URL}/uploads/`,
    `${PUBLIC_URL}/uploads/${id}/`,
    `${PUBLIC_URL}/uploads/${id}?a`,
    `${PUBLIC_URL}/uploads/../${id}`,
    `${PUBLIC_URL}/uploads/owner-2/${id}`,
    `${PUBLIC_URL}/uploads/${id.toUpperCase()}`,
    `${PUBLIC_URL}/uploads/${id}\n`,
  ])("an upload looks like the URL %j, but is not named by it", (url) => {
    expect([isUploadUrl(url, own), uploadIdIn(url, own)]).toEqual([true, undefined]);
  });

  it.each([`https://api.example.com/uploads/${id}`, `http://api.example.com/prod/uploads/${id}`, id, ""])(
    "an upload is unrelated to %j",
    (url) => {
      expect([isUploadUrl(url, own), uploadIdIn(url, own)]).toEqual([false, undefined]);
    },
  );
});
