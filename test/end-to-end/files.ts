import { createHash } from "node:crypto";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { localCaller } from "../../local/stack/locality.ts";
import { call } from "./caller.ts";

/** The answer of `POST /uploads`. */
export type Upload = {
  readonly upload_url: string;
  readonly upload_headers: Readonly<Record<string, string>>;
  readonly image_url: string;
};

/** Requests an upload, with the local key unless `headers` contain another. */
export async function requestUpload(url: string, asked: object, headers: Record<string, string> = {}): Promise<Upload> {
  const { status, body } = await call<Upload>(url, "/uploads", {
    method: "POST",
    headers,
    body: JSON.stringify(asked),
  });
  if (status !== 201) throw new Error(`POST /uploads answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** Puts bytes as the answer says, or with other headers, and returns the status. */
export async function putUpload(
  { upload_url, upload_headers }: Upload,
  body: Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = upload_headers,
): Promise<number> {
  return (await fetch(upload_url, { method: "PUT", headers, body })).status;
}

/** The stack's bucket as its owner sees it. */
export async function openBucketOf(url: string) {
  const { upload_url } = await requestUpload(url, { content_type: "image/png", size: 1 });
  const { origin, pathname } = new URL(upload_url);
  const client = new S3Client({ endpoint: origin, forcePathStyle: true, ...localCaller });
  const Bucket = pathname.split("/")[1];
  return {
    /** The keys of the objects with this prefix. */
    list: async (Prefix = "") => {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix }));
      return Contents.map(({ Key = "" }) => Key);
    },
    close: () => client.destroy(),
  };
}

/** The archived video of a job, fetched as the API says, with its actual hash and size. */
export async function fetchVideo(url: string, jobId: string) {
  const { body } = await call(url, `/jobs/${jobId}/video?redirect=0`);
  const answer = await fetch(String(body.url));
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (answer.status !== 200) throw new Error(`the video answered ${answer.status}: ${bytes}`);
  return { bytes, file_size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}
