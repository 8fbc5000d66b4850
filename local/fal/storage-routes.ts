import { createHash, randomUUID } from "node:crypto";
import { z } from "zod";
import type { Authorize } from "./authorize.ts";
import { type Call, parseJson, type Reply, type Route } from "./http.ts";
import type { Table } from "./journal.ts";
import { expiryOf } from "./lifetime.ts";
import type { Media } from "./media.ts";

/** What storage needs; `baseUrl` is the emulator's own, without a trailing slash. */
export interface StorageParts {
  readonly media: Media;
  /** Content types of the files that were initiated, by name. */
  readonly uploads: Table<string>;
  readonly authorize: Authorize;
  readonly baseUrl: string;
}

const initiateSchema = z.object({ content_type: z.string(), file_name: z.string() });
const notFound: Reply = { status: 404, json: { detail: "File not found" } };

/** fal's storage: initiate, and upload whole or in parts (docs/internals/fal-protocol.md#6-storage). */
export function storageRoutes(parts: StorageParts): Route[] {
  return [
    {
      method: "POST",
      path: /^\/rest\.(?:alpha\.)?fal\.ai\/storage\/upload\/initiate(?:-multipart)?$/,
      answer: (call) => parts.authorize(call) ?? initiate(call, parts),
    },
    ...uploadRoutes(parts),
  ];
}

async function initiate({ body, headers }: Call, { media, uploads, baseUrl }: StorageParts): Promise<Reply> {
  const wanted = initiateSchema.safeParse(parseJson(body));
  if (!wanted.success) return { status: 422, json: { detail: "content_type and file_name are required" } };
  const name = `${randomUUID()}_${wanted.data.file_name.replace(/[^\w.-]/g, "_").slice(-100)}`;
  const expiresMs = expiryOf(headers, Date.now());
  if (Number.isFinite(expiresMs)) await media.limit(name, expiresMs);
  await uploads.put(name, wanted.data.content_type);
  const upload_url = `${baseUrl}/v3.fal.media/uploads/${name}`;
  return { status: 200, json: { upload_url, file_url: `https://v3.fal.media/files/${name}` } };
}

/** Whole files and parts, to the names that were initiated. Parts are kept in memory until they are complete. */
function uploadRoutes({ media, uploads }: StorageParts): Route[] {
  const unfinished = new Map<string, Map<number, Buffer>>();
  const store = async (name: string, bytes: Buffer, contentType = uploads.get(name)): Promise<Reply> => {
    if (uploads.get(name) === undefined || contentType === undefined) return notFound;
    await media.save(name, { bytes, contentType });
    return { status: 200, json: {} };
  };
  const storePart = (name: string, part: number, bytes: Buffer): Reply => {
    unfinished.set(name, (unfinished.get(name) ?? new Map()).set(part, bytes));
    return { status: 200, json: { partNumber: part, etag: createHash("md5").update(bytes).digest("hex") } };
  };
  const complete = (name: string): Promise<Reply> => {
    const inOrder = [...(unfinished.get(name) ?? [])].sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
    unfinished.delete(name);
    return store(name, Buffer.concat(inOrder));
  };
  const at = (suffix: string) => new RegExp(`^/v3\\.fal\\.media/uploads/([\\w.-]+)${suffix}$`);
  return [
    { method: "PUT", path: at(""), answer: (call, name) => store(name, call.body, call.headers["content-type"]) },
    { method: "PUT", path: at("/(\\d+)"), answer: (call, name, part) => storePart(name, Number(part), call.body) },
    { method: "POST", path: at("/complete"), answer: (_call, name) => complete(name) },
  ];
}
