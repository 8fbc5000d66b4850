import { parseFalUpload } from "../contract/job-request.ts";
import { appOf } from "../fal/url.ts";
import type { Route } from "../http/api.ts";
import { orInvalid } from "../http/or-invalid.ts";
import { findOwned } from "../http/owned-job.ts";
import { ownerOf } from "../http/owner.ts";
import { type HttpRequest, jsonBody } from "../http/request.ts";
import { isOpen } from "../job/job.ts";
import { JSON_BODY_MAX_BYTES } from "../limits.ts";
import { requestCancellation } from "../routes/cancel-job.ts";
import { permitUpload, type UploadMaker } from "../routes/create-upload.ts";
import type { Acceptor } from "../submit/make-job.ts";
import { aboutRequest, type FalHttpAnswer, falAnswer, inFalsForm, NOT_FOUND } from "./answer.ts";
import { initiateMultipart, type MultipartStarter } from "./initiate-multipart.ts";
import { submitThroughProxy } from "./submit.ts";
import { readTarget, type Target } from "./target.ts";

export interface ProxyWriter extends Acceptor, Omit<UploadMaker, "owners">, MultipartStarter {}

/**
 * `POST` and `PUT /fal/proxy`: submissions, cancellations and uploads of fal's client with `proxyUrl`. Answers are in
 * fal's form.
 */
export function proxyWrite(service: ProxyWriter): Route {
  return async (request) => {
    const owner = ownerOf(request, service.owners);
    return inFalsForm(answer(service, owner, request));
  };
}

async function answer(service: ProxyWriter, owner: string, request: HttpRequest): Promise<FalHttpAnswer> {
  const target = readTarget(request);
  if ("refusal" in target) return target.refusal;
  switch (target.kind) {
    case "submit":
      return submitThroughProxy(service, owner, request, target);
    case "cancel":
      return cancel(service, owner, target);
    case "initiate": {
      const { content_type } = readUpload(request);
      // fal's client sends the file with its content type only, so the URL can bind nothing else (rule P25, decision
      // 13).
      const { upload_url, image_url } = await permitUpload(service, owner, { "content-type": content_type });
      return falAnswer(200, { upload_url, file_url: image_url });
    }
    case "initiate_multipart":
      return initiateMultipart(service, owner, request);
    default:
      return NOT_FOUND;
  }
}

/** Requests cancellation and answers in fal's words: requested, or too late. */
async function cancel(
  service: ProxyWriter,
  owner: string,
  { app, requestId }: Extract<Target, { requestId: string }>,
): Promise<FalHttpAnswer> {
  const job = await findOwned(service, owner, requestId);
  if (job === undefined || appOf(job.endpoint) !== app) return NOT_FOUND;
  const current = isOpen(job) ? await requestCancellation(service, job) : job;
  const endedOtherwise = !isOpen(current) && current.status !== "canceled";
  const isTooLate = !isOpen(job) || current.fal_cancel === "too_late" || endedOtherwise;
  return aboutRequest(
    job.id,
    isTooLate
      ? { status: 400, body: { status: "ALREADY_COMPLETED" } }
      : { status: 202, body: { status: "CANCELLATION_REQUESTED" } },
  );
}

function readUpload(request: HttpRequest) {
  return orInvalid(
    parseFalUpload(jsonBody(request, JSON_BODY_MAX_BYTES)),
    "The upload is not valid. `errors` lists the reasons.",
  );
}
