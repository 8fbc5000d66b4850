import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Buckets, startBuckets } from "../../local/stack/buckets.ts";
import { localCaller } from "../../local/stack/locality.ts";
import { readTemplate } from "../../local/stack/template.ts";
import { smallTemplate } from "./small-template.ts";

const { buckets } = readTemplate(smallTemplate, new Map([["echo", "/nowhere"]]));
const Bucket = "local-media";
const picture = randomBytes(1_000_000);

let folder: string;
let server: Buckets;
let client: S3Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fal-jobs-buckets-"));
  server = await startBuckets({ buckets, folder, credentials: localCaller.credentials });
  client = makeClient();
});

afterAll(async () => {
  client.destroy();
  await server.close();
  await rm(folder, { recursive: true });
});

function makeClient(changes: S3ClientConfig = {}): S3Client {
  return new S3Client({
    endpoint: server.url,
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    maxAttempts: 1,
    ...localCaller,
    ...changes,
  });
}

async function put(Key: string, Body: Buffer | string = "some bytes"): Promise<void> {
  await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: "image/png" }));
}

async function read(Key: string): Promise<Buffer> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? "");
}

async function list(Prefix: string): Promise<(string | undefined)[]> {
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, Prefix }));
  return (Contents ?? []).map(({ Key }) => Key);
}

const signGet = (Key: string, expiresIn = 60) =>
  getSignedUrl(client, new GetObjectCommand({ Bucket, Key }), { expiresIn });

function signPut(Key: string, using = client): Promise<string> {
  const command = new PutObjectCommand({
    Bucket,
    Key,
    ContentType: "image/png",
    ContentLength: picture.length,
    IfNoneMatch: "*",
  });
  const signableHeaders = new Set(["content-type", "content-length", "if-none-match", "host"]);
  return getSignedUrl(using, command, { expiresIn: 60, signableHeaders, unhoistableHeaders: signableHeaders });
}

const upload = (url: string, body: Buffer | string, headers: Record<string, string> = {}) =>
  fetch(url, { method: "PUT", body, headers: { "content-type": "image/png", "if-none-match": "*", ...headers } });

/** Without a Content-Length. */
const uploadChunked = (url: string) =>
  fetch(url, {
    method: "PUT",
    body: new Blob([picture]).stream(),
    duplex: "half",
    headers: { "content-type": "image/png", "if-none-match": "*" },
  });

describe("a presigned URL", () => {
  it("a presigned URL uploads by path to localhost, and reads back, whole and in ranges", async () => {
    const url = await signPut("uploads/me/one");
    expect(url).toMatch(/^http:\/\/localhost:\d+\/local-media\/uploads\/me\/one\?/);
    expect((await upload(url, picture)).status).toBe(200);
    const get = await signGet("uploads/me/one");
    const whole = await fetch(get);
    expect(whole.headers.get("content-type")).toBe("image/png");
    expect(Buffer.from(await whole.arrayBuffer()).equals(picture)).toBe(true);
    const part = await fetch(get, { headers: { range: "bytes=10-19" } });
    expect([part.status, part.headers.get("content-range")]).toEqual([206, "bytes 10-19/1000000"]);
    expect(Buffer.from(await part.arrayBuffer()).equals(picture.subarray(10, 20))).toBe(true);
    const rest = await fetch(get, { headers: { range: "bytes=999990-" } });
    expect(Buffer.from(await rest.arrayBuffer()).equals(picture.subarray(999_990))).toBe(true);
  });

  it("a presigned URL returns no wrong bytes for a range that counts from the end", async () => {
    await put("videos/range", "0123456789");
    const response = await fetch(await signGet("videos/range"), { headers: { range: "bytes=-3" } });
    expect([response.status, await response.text()]).toEqual([200, "0123456789"]);
  });

  it("a presigned URL sets the file name that was signed", async () => {
    await put("videos/named");
    const ResponseContentDisposition = 'attachment; filename="a video (1).mp4"';
    const url = await getSignedUrl(
      client,
      new GetObjectCommand({ Bucket, Key: "videos/named", ResponseContentDisposition }),
    );
    const response = await fetch(url);
    expect([response.status, response.headers.get("content-disposition")]).toEqual([200, ResponseContentDisposition]);
  });

  it("a presigned URL is rejected when a signed header, the key, the method or the signature differs", async () => {
    const url = await signPut("uploads/me/bound");
    expect((await upload(url, picture, { "content-type": "image/jpeg" })).status).toBe(403);
    expect((await upload(url, picture.subarray(1))).status).toBe(403);
    expect((await upload(url, Buffer.concat([picture, Buffer.alloc(59_000_000)]))).status).toBe(403);
    expect((await uploadChunked(url)).status).toBe(403);
    expect((await upload(url, picture, { "if-none-match": "" })).status).toBe(403);
    expect((await upload(url, picture, { "x-amz-acl": "public-read" })).status).toBe(403);
    expect((await upload(url.replace("/me/", "/you/"), picture)).status).toBe(403);
    expect((await upload(url.slice(0, -1), picture)).status).toBe(403);
    expect((await fetch(url)).status).toBe(403);
    const other = makeClient({ credentials: { accessKeyId: "local", secretAccessKey: "other" } });
    const refused = await upload(await signPut("uploads/me/bound", other), picture);
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining("SignatureDoesNotMatch")]);
    other.destroy();
    expect(await list("uploads/me/bound")).toEqual([]);
  });

  it("a presigned URL uploads once", async () => {
    const url = await signPut("uploads/me/once");
    expect((await upload(url, picture)).status).toBe(200);
    expect((await upload(url, picture)).status).toBe(412);
  });

  it("a presigned URL is rejected after it expires", async () => {
    await put("videos/late");
    const signingDate = new Date(Date.now() - 61_000);
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: "videos/late" }), {
      expiresIn: 60,
      signingDate,
    });
    expect((await fetch(url)).status).toBe(403);
  });

  it("a presigned URL stores nothing of an interrupted upload", async () => {
    const url = new URL(await signPut("uploads/me/broken"));
    const head = `PUT ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: image/png\r\nIf-None-Match: *\r\n`;
    const socket = connect(server.port, "127.0.0.1");
    socket.write(`${head}Content-Length: ${picture.length}\r\n\r\n`);
    await new Promise((resolve) => socket.write(picture.subarray(1), resolve));
    socket.destroy();
    expect((await upload(url.href, picture)).status).toBe(200);
  });
});

describe("a bucket", () => {
  it("a bucket rejects requests without a key", async () => {
    await put("videos/private");
    const address = `${server.url}/${Bucket}/videos/private`;
    expect((await fetch(address)).status).toBe(403);
    expect((await fetch(address, { method: "DELETE" })).status).toBe(403);
    expect((await fetch(`${server.url}/${Bucket}?list-type=2`)).status).toBe(403);
    expect((await fetch(`${server.url}/${Bucket}`, { method: "POST", body: new FormData() })).status).toBe(403);
    const stranger = makeClient({ credentials: { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" } });
    const reading = stranger.send(new GetObjectCommand({ Bucket, Key: "videos/private" }));
    await expect(reading).rejects.toThrow("InvalidAccessKeyId");
    stranger.destroy();
  });

  it("a bucket has an object complete as soon as it is written, in parts as well", async () => {
    const video = randomBytes(12_000_000);
    for (let round = 0; round < 5; round += 1) {
      await put("videos/whole", video);
      expect((await read("videos/whole")).equals(video)).toBe(true);
    }
    const params = { Bucket, Key: "videos/in-parts", Body: Readable.from(cut(video)), ContentType: "video/mp4" };
    await new Upload({ client, params }).done();
    expect((await read("videos/in-parts")).equals(video)).toBe(true);
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: "videos/in-parts" }));
    expect([head.ContentType, head.ContentLength]).toEqual(["video/mp4", video.length]);
  });

  it("a bucket accepts the SDK's checksums for bytes in one piece, and rejects them for a stream, whose frames it would store", async () => {
    const checking = makeClient({ requestChecksumCalculation: "WHEN_SUPPORTED" });
    const params = { Bucket, Key: "videos/checked", Body: Readable.from(cut(picture)) };
    await new Upload({ client: checking, params }).done();
    expect((await read("videos/checked")).equals(picture)).toBe(true);
    const streamed = { ...params, Key: "videos/framed", Body: Readable.from([picture]), ContentLength: picture.length };
    await expect(checking.send(new PutObjectCommand(streamed))).rejects.toThrow("NotImplemented");
    expect(await list("videos/framed")).toEqual([]);
    checking.destroy();
  });

  it("a bucket discards an aborted multipart upload", async () => {
    const Key = "videos/given-up";
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: picture }));
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    expect(await list(Key)).toEqual([]);
  });

  it("a bucket lists by prefix and deletes, one and many in one folder", async () => {
    const keys = Array.from({ length: 20 }, (_, index) => `videos/job/${String(index).padStart(2, "0")}.mp4`);
    for (const key of keys) await put(key);
    await put("videos/job2/other.mp4");
    expect(await list("videos/job/")).toEqual(keys);
    await client.send(new DeleteObjectCommand({ Bucket, Key: keys[0] }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: keys[0] }));
    const Objects = keys.map((Key) => ({ Key }));
    const { Errors } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Errors ?? []).toEqual([]);
    expect(await list("videos/job")).toEqual(["videos/job2/other.mp4"]);
    await put("videos/job/again.mp4");
    expect(await list("videos/job/")).toEqual(["videos/job/again.mp4"]);
  });

  it("a bucket answers 404 for a missing object", async () => {
    const missing = client.send(new HeadObjectCommand({ Bucket, Key: "uploads/me/never" }));
    await expect(missing).rejects.toMatchObject({ name: "NotFound" });
    expect((await fetch(await signGet("videos/never"))).status).toBe(404);
  });

  it("a bucket keeps its objects and, where possible, its port across restarts", async () => {
    await put("videos/kept", picture);
    const { port } = server;
    await server.close();
    server = await startBuckets({ buckets, folder, credentials: localCaller.credentials, port });
    expect(server.port).toBe(port);
    expect((await read("videos/kept")).equals(picture)).toBe(true);
    const second = await startBuckets({ buckets, folder, credentials: localCaller.credentials, port });
    expect(second.port).not.toBe(port);
    await second.close();
  });
});

function* cut(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += 300_000) yield bytes.subarray(start, start + 300_000);
}
