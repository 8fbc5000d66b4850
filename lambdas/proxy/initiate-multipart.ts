import { parseFalMediaUpload } from "../contract/job-request.ts";
import { randomUploadId } from "../contract/upload.ts";
import { isSuccess } from "../fal/call-once.ts";
import { jsonObject } from "../fal/detail.ts";
import { orInvalid } from "../http/or-invalid.ts";
import { Problem } from "../http/problem.ts";
import { type HttpRequest, jsonBody } from "../http/request.ts";
import { orUnavailable } from "../http/unavailable.ts";
import { JSON_BODY_MAX_BYTES } from "../limits.ts";
import { logError, logInfo } from "../log.ts";
import type { Acceptor } from "../submit/make-job.ts";
import { falUploadOf, secondsToMidnight } from "../table/budget.ts";
import { type FalHttpAnswer, falAnswer } from "./answer.ts";

export interface MultipartStarter
  extends Pick<Acceptor, "connectFal" | "table" | "newWriteId" | "now" | "randomBytes"> {
  /** How many files each owner may upload to fal's storage in a day (UTC). 0: none. */
  readonly falUploadsPerDay: number;
}

/**
 * fal's client sends the parts of a large file in fal's own protocol, which S3 does not support. So such a file goes to
 * fal's storage with our key, under a public URL. Only media, under a name of ours, and as many as the setting allows.
 */
export async function initiateMultipart(
  service: MultipartStarter,
  owner: string,
  request: HttpRequest,
): Promise<FalHttpAnswer> {
  const limit = service.falUploadsPerDay;
  if (limit === 0) return refused("This service accepts no file of this size (setting falUploadsPerDay).");
  const { type, extension } = orInvalid(
    parseFalMediaUpload(jsonBody(request, JSON_BODY_MAX_BYTES)),
    "The upload is not valid. `errors` lists the reasons.",
  );
  const upload = falUploadOf(owner, service.now(), limit);
  if (!(await orUnavailable(service.table.spend(upload, 1, service.newWriteId())))) {
    const detail = `${limit} files of this size were uploaded today, which is the limit (setting falUploadsPerDay). It resets at midnight UTC.`;
    return refused(detail, { "retry-after": String(secondsToMidnight(service.now())) });
  }
  try {
    const file_name = `${randomUploadId(service.now(), service.randomBytes(16))}.${extension}`;
    const urls = await urlsAtFal(service, { content_type: type, file_name });
    logInfo("a file is uploaded to fal's storage", { owner, content_type: type, file_url: urls.file_url });
    return falAnswer(200, urls);
  } catch (error) {
    await service.table.spend(upload, -1, service.newWriteId()).catch(notReturned);
    throw error;
  }
}

async function urlsAtFal(
  service: MultipartStarter,
  file: { readonly content_type: string; readonly file_name: string },
): Promise<{ readonly upload_url: string; readonly file_url: string }> {
  const { fal, access } = await service.connectFal();
  if (access === undefined)
    throw new Problem(
      "fal_key_missing",
      "The file cannot be stored because FAL_KEY is not configured. Try again when the operator has configured it.",
    );
  const call = await fal.initiateMultipartAtFal(access, file);
  const { upload_url, file_url } = (call.kind === "answered" && isSuccess(call.status) && jsonObject(call.body)) || {};
  if (typeof upload_url === "string" && typeof file_url === "string") return { upload_url, file_url };
  throw new Problem("storage_unavailable", "fal's storage is temporarily unavailable. Try again.");
}

/** A status that fal's client does not retry. */
function refused(detail: string, headers: Readonly<Record<string, string>> = {}): FalHttpAnswer {
  return falAnswer(403, { detail }, headers);
}

function notReturned(error: unknown): void {
  logError("an upload that did not start still counts", error);
}
