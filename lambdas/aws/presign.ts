import { AwsV4Signer } from "aws4fetch";

/** Who signs, where the bucket is, and under which region. */
export interface BucketAccess {
  /** What every object's URL begins with, without a trailing slash. */
  readonly bucketUrl: string;
  readonly region: string;
  readonly credentials: () => Promise<Credentials>;
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** One request that a presigned URL permits. */
export interface PermittedRequest {
  readonly method: "GET" | "PUT";
  readonly key: string;
  /** Whoever uses the URL must send exactly these. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly expiresInSeconds: number;
}

/** A URL that permits one request without further credentials (AWS Signature Version 4). It dies with the role's credentials at the latest, so it is good for minutes (rule A15). */
export async function presign(access: BucketAccess, request: PermittedRequest): Promise<string> {
  const url = new URL(`${access.bucketUrl}/${request.key}`);
  for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
  url.searchParams.set("X-Amz-Expires", String(request.expiresInSeconds));
  const { accessKeyId, secretAccessKey, sessionToken } = await access.credentials();
  const signer = new AwsV4Signer({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    service: "s3",
    region: access.region,
    url: url.href,
    method: request.method,
    headers: request.headers ?? {},
    signQuery: true,
    // Without this the content type and length would not be bound (rule P25).
    allHeaders: true,
  });
  // The URL's own notation of a blank is not the one that is signed.
  return (await signer.sign()).url.href.replaceAll("+", "%20");
}
