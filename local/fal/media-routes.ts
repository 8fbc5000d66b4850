import type { MediaFault } from "./fault-schema.ts";
import type { Faults } from "./faults.ts";
import type { Answer, Call, Reply, Route } from "./http.ts";
import type { Table } from "./journal.ts";
import type { Life } from "./life.ts";
import { expiryOf } from "./lifetime.ts";
import type { Media, MediaFile } from "./media.ts";
import { htmlPage } from "./odd-film.ts";
import type { FalRequest } from "./records.ts";

/** What the media hosts need. */
export interface MediaParts {
  readonly media: Media;
  readonly requests: Table<FalRequest>;
  readonly faults: Faults;
  readonly life: Life;
}

const notFound: Reply = { status: 404, json: { detail: "File not found" } };

/** Downloads from fal's media hosts, whole or in ranges: films under the id of their request, and uploads. */
export function mediaRoutes({ media, requests, faults, life }: MediaParts): Route[] {
  return [
    {
      method: "GET",
      path: /^\/v3b?\.fal\.media\/files\/(?:b\/([\w-]+)\/|.*\/)?([\w.-]+)$/,
      answer: async (call, requestId, name) => {
        const request = requests.get(requestId);
        const fault = await faults.takeForMedia(request);
        const genuine = request && isGone(request) ? notFound : serve(call, await media.find(name));
        return fault ? misbehave(fault, genuine, call, life) : genuine;
      },
    },
  ];
}

/** Requests share a film, so a deletion or expiry removes only this request's access to it. */
function isGone({ payloads_deleted_at, ended_at = "", headers }: FalRequest): boolean {
  return payloads_deleted_at !== undefined || expiryOf(headers, Date.parse(ended_at)) <= Date.now();
}

/** Applies a scripted fault to the genuine answer. */
async function misbehave(fault: MediaFault, genuine: Reply, call: Call, life: Life): Promise<Answer> {
  const { hang_ms, answer, redirect_to, cut_after_bytes } = fault;
  await life.pause(hang_ms, call.gone).catch(() => {});
  if (call.gone.aborted || answer === "reset") return "reset";
  if (answer !== undefined) return { status: answer, json: { detail: "The file is unavailable" } };
  if (redirect_to !== undefined) return { status: 302, headers: { location: redirect_to } };
  if (genuine.bytes === undefined) return genuine;
  if (cut_after_bytes !== undefined)
    return { ...genuine, bytes: genuine.bytes.subarray(0, cut_after_bytes), cut: true };
  return spoil(fault, genuine, genuine.bytes);
}

/** Sends another type or other bytes than the file's, as if they were the file's. */
function spoil(
  { content_type, page, first_bytes, extra_bytes = 0 }: MediaFault,
  genuine: Reply,
  file: Uint8Array,
): Reply {
  const bytes = Buffer.concat([page ? htmlPage : file.subarray(0, first_bytes), Buffer.alloc(extra_bytes)]);
  const headers = { ...genuine.headers, "content-length": String(bytes.length) };
  return {
    ...genuine,
    headers: content_type === undefined ? headers : { ...headers, "content-type": content_type },
    bytes,
  };
}

/** A stored file, whole or one range of it. */
function serve({ headers }: Call, file: MediaFile | undefined): Reply {
  if (!file) return notFound;
  const size = file.bytes.length;
  const common = {
    "content-type": file.contentType,
    "accept-ranges": "bytes",
    "cache-control": "public, max-age=31536000",
  };
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? "") ?? [];
  if (from === "" && to === "")
    return { status: 200, headers: { ...common, "content-length": String(size) }, bytes: file.bytes };
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (first > last) return { status: 416, headers: { "content-range": `bytes */${size}` } };
  const range = { "content-range": `bytes ${first}-${last}/${size}`, "content-length": String(last - first + 1) };
  return { status: 206, headers: { ...common, ...range }, bytes: file.bytes.subarray(first, last + 1) };
}
