import { parseUrl } from "../contract/parse-url.ts";
import { type HttpRequest, header } from "../http/request.ts";
import { type FalHttpAnswer, falAnswer } from "./answer.ts";

/** A call of fal's client through the proxy. */
export type Target =
  /** `webhookUrl` is where fal would deliver the result. */
  | { readonly kind: "submit"; readonly endpoint: string; readonly webhookUrl: string | undefined }
  /**
   * `app` is the first two names of the endpoint; these calls carry no more of it
   * (docs/internals/fal-protocol.md#2-the-queue).
   */
  | {
      readonly kind: "status" | "stream" | "result" | "cancel";
      readonly app: string;
      readonly requestId: string;
      readonly wantsLogs: boolean;
    }
  | { readonly kind: "initiate" | "initiate_multipart" };

type Kind = Target["kind"];

const METHODS: Readonly<Record<Kind, HttpRequest["method"]>> = {
  submit: "POST",
  status: "GET",
  stream: "GET",
  result: "GET",
  cancel: "PUT",
  initiate: "POST",
  initiate_multipart: "POST",
};

const QUEUE_ORIGIN = "https://queue.fal.run";
const STORAGE_URL = /^https:\/\/rest\.(?:alpha\.)?fal\.ai\/storage\/upload\/(initiate|initiate-multipart)$/;
const REQUEST_PATH =
  /^\/((?:workflows\/|comfy\/)?[\w.-]+\/[\w.-]+)(\/.+)?\/requests\/([^/]+)(\/status|\/status\/stream|\/cancel)?$/;
const KIND_BY_ENDING: Readonly<Record<string, "status" | "stream" | "cancel">> = {
  "/status": "status",
  "/status/stream": "stream",
  "/cancel": "cancel",
};

/**
 * Parses the header `x-fal-target-url`, or returns the answer that rejects it: the proxy serves no other fal URLs
 * (docs/internals/fal-protocol.md#8-the-proxy).
 */
export function readTarget(request: HttpRequest): Target | { readonly refusal: FalHttpAnswer } {
  const text = header(request, "x-fal-target-url");
  if (text === undefined)
    return refuse(400, "The x-fal-target-url header is missing. fal's client sends it when `proxyUrl` is set.");
  const url = parseUrl(text);
  const target = url && url.username === "" && url.password === "" ? parse(url) : undefined;
  if (target === undefined)
    return refuse(403, "This proxy accepts only calls to fal's queue and uploads to fal's storage.");
  if ("refusal" in target) return target;
  const method = METHODS[target.kind];
  return request.method === method ? target : { refusal: notAllowed(method) };
}

function parse(url: URL): ReturnType<typeof readTarget> | undefined {
  const storage = STORAGE_URL.exec(`${url.origin}${url.pathname}`)?.[1];
  if (storage !== undefined) return { kind: storage === "initiate" ? "initiate" : "initiate_multipart" };
  if (url.origin !== QUEUE_ORIGIN) return undefined;
  const [, app = "", path, requestId = "", ending = ""] = REQUEST_PATH.exec(url.pathname) ?? [];
  if (requestId === "")
    return {
      kind: "submit",
      endpoint: url.pathname.slice(1),
      webhookUrl: url.searchParams.get("fal_webhook") ?? undefined,
    };
  // fal accepts these calls only under `owner/alias`.
  if (path !== undefined) return { refusal: notAllowed() };
  const wantsLogs = ["1", "true"].includes(url.searchParams.get("logs") ?? "");
  return { kind: KIND_BY_ENDING[ending] ?? "result", app, requestId, wantsLogs };
}

function refuse(status: number, detail: string) {
  return { refusal: falAnswer(status, { detail }) };
}

function notAllowed(allow?: string): FalHttpAnswer {
  return falAnswer(405, { detail: "Method Not Allowed" }, allow === undefined ? {} : { allow });
}
