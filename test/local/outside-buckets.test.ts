import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Buckets, startBuckets } from "../../local/stack/buckets.ts";
import { localCaller } from "../../local/stack/locality.ts";
import { createBuckets } from "../../local/stack/outside-buckets.ts";
import { readTemplate } from "../../local/stack/template.ts";
import { smallTemplate } from "./small-template.ts";

const { buckets } = readTemplate(smallTemplate, new Map([["echo", "/nowhere"]]));

let folder: string;
let server: Buckets;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fal-jobs-outside-"));
  server = await startBuckets({ buckets, folder, credentials: localCaller.credentials });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

describe("the user's own S3", () => {
  it("the user's own S3 gets the buckets that are missing, and keeps the existing ones", async () => {
    const extra = [...buckets, { name: "local-extra", cors: [] }];
    await createBuckets(server.url, extra, localCaller);
    await createBuckets(server.url, extra, localCaller);
    const client = new S3Client({ endpoint: server.url, forcePathStyle: true, ...localCaller });
    await client.send(new PutObjectCommand({ Bucket: "local-extra", Key: "one", Body: "1" }));
    client.destroy();
  });

  it("the user's own S3 is named in one line when it rejects the key", async () => {
    const caller = { ...localCaller, credentials: { accessKeyId: "other", secretAccessKey: "other" } };
    await expect(createBuckets(server.url, buckets, caller)).rejects.toThrow(
      /^AWS_ENDPOINT_URL_S3: InvalidAccessKeyId[^\n]+$/,
    );
  });
});
