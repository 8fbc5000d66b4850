import { AwsV4Signer } from "aws4fetch";

/** What presigning needs: the bucket's URL, its region and credentials. */
export interface BucketAccess {
  /** The start of every object's URL, without a trailing slash. */
  readonly bucketUrl: string;
  readonly region: string;
  readonly credentials: () => Promise<Credentials>;
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** The one request that a presigned URL permits. */
export interface PermittedRequest {
  readonly method: "GET" | "PUT" | "DELETE";
  readonly key: string;
  /** The user of the URL must send exactly these. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly expiresInSeconds: number;
}

/**
 * A URL that permits one request without credentials (AWS Signature Version 4). It expires with the role's credentials
 * at the latest, so it is valid for minutes only (rule A15).
 */
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
    // Includes content type and length in the signature (rule P25).
    allHeaders: true,
  });
  // The signature encodes a space as %20, URL as +.
  return (await signer.sign()).url.href.replaceAll("+", "%20");
}
