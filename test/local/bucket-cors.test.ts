import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Buckets, startBuckets } from "../../local/stack/buckets.ts";
import { localCaller } from "../../local/stack/locality.ts";
import { readTemplate } from "../../local/stack/template.ts";
import { smallTemplate } from "./small-template.ts";

const { buckets } = readTemplate(smallTemplate, new Map([["echo", "/nowhere"]]));
const Bucket = "local-media";

let folder: string;
let server: Buckets;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fal-jobs-bucket-cors-"));
  server = await startBuckets({ buckets, folder, credentials: localCaller.credentials });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

describe("a page of another origin", () => {
  const preflight = (origin: string, method: string, headers: string) =>
    fetch(`${server.url}/${Bucket}/uploads/me/one`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": method, "access-control-request-headers": headers },
    });

  it("a page of another origin may do what the template's rules allow", async () => {
    const response = await preflight("https://app.example", "PUT", "content-type,if-none-match");
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "access-control-allow-origin": "https://app.example",
      "access-control-allow-methods": "PUT, GET",
      "access-control-allow-headers": "content-type, if-none-match",
      "access-control-max-age": "600",
    });
  });

  it.each([
    ["https://example.org", "PUT", "content-type"],
    ["https://app.example", "DELETE", ""],
    ["https://app.example", "PUT", "x-other"],
  ])("a page of another origin may not do anything else: %s %s %s", async (origin, method, headers) => {
    expect((await preflight(origin, method, headers)).status).toBe(403);
  });

  it("a page of another origin can PUT a file to a URL that signs only its content type", async () => {
    const client = new S3Client({ endpoint: server.url, forcePathStyle: true, ...localCaller });
    const command = new PutObjectCommand({ Bucket, Key: "uploads/me/two", ContentType: "image/png" });
    const url = await getSignedUrl(client, command, { signableHeaders: new Set(["content-type", "host"]) });
    client.destroy();
    const put = (type: string) =>
      fetch(url, {
        method: "PUT",
        body: "a picture",
        headers: { origin: "https://app.example", "content-type": type },
      });
    const stored = await put("image/png");
    expect([stored.status, stored.headers.get("access-control-allow-origin")]).toEqual([200, "https://app.example"]);
    expect((await put("image/jpeg")).status).toBe(403);
  });

  it("a page of another origin can read every answer, including rejections", async () => {
    const headers = { origin: "https://app.example" };
    const client = new S3Client({ endpoint: server.url, forcePathStyle: true, ...localCaller });
    const missing = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: "videos/missing" }));
    client.destroy();
    const answers = [await fetch(missing, { headers }), await fetch(`${server.url}/${Bucket}/x`, { headers })];
    expect(answers.map(({ status }) => status)).toEqual([404, 403]);
    for (const { headers } of answers) {
      expect(headers.get("access-control-allow-origin")).toBe("https://app.example");
      expect(headers.get("access-control-expose-headers")).toBe("ETag");
    }
  });
});
