import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type PermittedRequest, presign } from "../../../lambdas/aws/presign.ts";

const region = "eu-central-1";
const credentials = { accessKeyId: "AKID", secretAccessKey: "secret/+=", sessionToken: "to/ken+=" };
const access = {
  bucketUrl: `https://media.s3.${region}.amazonaws.com`,
  region,
  credentials: async () => credentials,
};
const client = new S3Client({ region, credentials, requestChecksumCalculation: "WHEN_REQUIRED" });

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-11-22T12:00:00.000Z"), toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => client.destroy());

const disposition = `attachment; filename="0193 (1)'*+~.mp4"`;
const REQUESTS: readonly (readonly [string, PermittedRequest, GetObjectCommand | PutObjectCommand])[] = [
  [
    "a GET",
    { method: "GET", key: "videos/0193/a.mp4", expiresInSeconds: 900 },
    new GetObjectCommand({ Bucket: "media", Key: "videos/0193/a.mp4" }),
  ],
  [
    "a GET that names the file",
    {
      method: "GET",
      key: "videos/0193/a.mp4",
      query: { "response-content-disposition": disposition },
      expiresInSeconds: 900,
    },
    new GetObjectCommand({ Bucket: "media", Key: "videos/0193/a.mp4", ResponseContentDisposition: disposition }),
  ],
  [
    "a PUT",
    {
      method: "PUT",
      key: "uploads/owner/0193",
      headers: { "content-type": "image/png", "content-length": "12", "if-none-match": "*" },
      expiresInSeconds: 60,
    },
    new PutObjectCommand({
      Bucket: "media",
      Key: "uploads/owner/0193",
      ContentType: "image/png",
      ContentLength: 12,
      IfNoneMatch: "*",
    }),
  ],
];

/** The URL from AWS's own presigner, with the same headers signed. */
async function signedByAws(command: GetObjectCommand | PutObjectCommand, request: PermittedRequest): Promise<URL> {
  const names = new Set(["host", ...Object.keys(request.headers ?? {})]);
  const { expiresInSeconds: expiresIn } = request;
  return new URL(
    await getSignedUrl(client, command as GetObjectCommand, {
      expiresIn,
      signableHeaders: names,
      unhoistableHeaders: names,
    }),
  );
}

/** AWS's own parameters that do not affect the request; ours are signed with them too, for the comparison. */
function extrasOf({ searchParams }: URL): Record<string, string> {
  const names = ["X-Amz-Content-Sha256", "x-id", "x-amz-checksum-mode"];
  return Object.fromEntries([...searchParams].filter(([name]) => names.includes(name)));
}

describe("a presigned URL", () => {
  it.each(REQUESTS)("a presigned URL of %s is signed as AWS's own presigner signs it", async (_, request, command) => {
    const theirs = await signedByAws(command, request);
    const ours = new URL(await presign(access, { ...request, query: { ...request.query, ...extrasOf(theirs) } }));
    expect(ours.origin + ours.pathname).toBe(theirs.origin + theirs.pathname);
    expect(Object.fromEntries(ours.searchParams)).toEqual(Object.fromEntries(theirs.searchParams));
  });

  it("a presigned URL signs content type, length and If-None-Match (P25, A15)", async () => {
    const [, , [, request]] = REQUESTS as never as [never, never, (typeof REQUESTS)[number]];
    const names = new URL(await presign(access, request)).searchParams.get("X-Amz-SignedHeaders");
    expect(names).toBe("content-length;content-type;host;if-none-match");
  });

  it.each(REQUESTS)(
    "a presigned URL of %s has no plus sign, which some servers read as a space",
    async (_, request) => {
      expect(await presign(access, request)).not.toContain("+");
    },
  );

  it("a presigned URL also works without a session token, and with a bucket addressed by path", async () => {
    const byPath = {
      bucketUrl: "http://127.0.0.1:9000/media",
      region,
      credentials: async () => ({ accessKeyId: "id", secretAccessKey: "s" }),
    };
    const url = new URL(await presign(byPath, { method: "GET", key: "videos/a/b.mp4", expiresInSeconds: 1 }));
    expect(url.pathname).toBe("/media/videos/a/b.mp4");
    expect(url.searchParams.has("X-Amz-Security-Token")).toBe(false);
  });
});
