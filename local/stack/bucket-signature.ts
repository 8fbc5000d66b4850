import { createHash, createHmac } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Credentials } from "./locality.ts";

/** A request as it was received, with its complete body. */
export type SignedRequest = {
  readonly method: string;
  /** Path and query as sent, still percent-encoded. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

/** S3's error codes for a request without a valid signature. */
export type SignatureRefusal =
  | "AccessDenied"
  | "InvalidAccessKeyId"
  | "SignatureDoesNotMatch"
  | "XAmzContentSHA256Mismatch";

type Signature = {
  readonly credential: string;
  /** ISO 8601 in its basic form: 20261104T120000Z. */
  readonly date: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** The body's SHA-256 in hex, or a keyword such as `UNSIGNED-PAYLOAD`. */
  readonly payload: string;
};

const algorithm = "AWS4-HMAC-SHA256";
const unsignedPayload = "UNSIGNED-PAYLOAD";

/**
 * Checks Signature Version 4, in a presigned URL or in the Authorization header. Does not check whether the signature
 * is too old.
 * @returns S3's error code, or undefined if the holder of the credentials signed the request.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 */
export function checkSignature(request: SignedRequest, credentials: Credentials): SignatureRefusal | undefined {
  const query = readQuery(request.url);
  const given = readFromQuery(query) ?? readFromHeaders(request.headers);
  if (!given) return "AccessDenied";
  const [accessKeyId, ...scope] = given.credential.split("/");
  if (accessKeyId !== credentials.accessKeyId) return "InvalidAccessKeyId";
  const names = Object.keys(request.headers).filter((name) => name.startsWith("x-amz-"));
  if (!["host", ...names].every((name) => given.signedHeaders.includes(name))) return "AccessDenied";
  if (scope[0] !== given.date.slice(0, 8)) return "SignatureDoesNotMatch";
  const canonical = canonicalize(request, query, given);
  const text = [algorithm, given.date, scope.join("/"), sha256(canonical)].join("\n");
  const key = scope.reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${credentials.secretAccessKey}`);
  if (hmac(key, text).toString("hex") !== given.signature) return "SignatureDoesNotMatch";
  const isHash = /^[0-9a-f]{64}$/.test(given.payload);
  return isHash && given.payload !== sha256(request.body) ? "XAmzContentSHA256Mismatch" : undefined;
}

function readFromQuery(query: ReadonlyMap<string, string>): Signature | undefined {
  const credential = query.get("X-Amz-Credential");
  const date = query.get("X-Amz-Date");
  const signature = query.get("X-Amz-Signature");
  if (query.get("X-Amz-Algorithm") !== algorithm || !credential || !date || !signature) return undefined;
  const signedHeaders = query.get("X-Amz-SignedHeaders")?.split(";") ?? [];
  return { credential, date, signedHeaders, signature, payload: unsignedPayload };
}

function readFromHeaders(headers: IncomingHttpHeaders): Signature | undefined {
  const pattern = new RegExp(`^${algorithm} Credential=([^, ]+), *SignedHeaders=([^, ]+), *Signature=([0-9a-f]+)$`);
  const [, credential, names, signature] = pattern.exec(headers.authorization ?? "") ?? [];
  const date = headers["x-amz-date"];
  const payload = headers["x-amz-content-sha256"];
  if (!credential || !names || !signature || typeof date !== "string" || typeof payload !== "string") return undefined;
  return { credential, date, signedHeaders: names.split(";"), signature, payload };
}

function canonicalize(
  { method, url, headers }: SignedRequest,
  query: ReadonlyMap<string, string>,
  { signedHeaders, payload }: Signature,
): string {
  const pairs = [...query].filter(([name]) => name !== "X-Amz-Signature").map((pair) => pair.map(encode).join("="));
  const lines = signedHeaders.map(
    (name) =>
      `${name}:${String(headers[name] ?? "")
        .trim()
        .replace(/ +/g, " ")}`,
  );
  const path = url.split("?", 1)[0];
  return [method, path, pairs.sort().join("&"), ...lines, "", signedHeaders.join(";"), payload].join("\n");
}

function readQuery(url: string): Map<string, string> {
  const text = url.includes("?") ? url.slice(url.indexOf("?") + 1) : "";
  return new Map(new URLSearchParams(text.replaceAll("+", "%2B")));
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
