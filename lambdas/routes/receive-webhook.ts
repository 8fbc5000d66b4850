import type { ProblemCode } from "../contract/problem-codes.ts";
import { isFresh, isSignedBy, type SignatureHeaders } from "../fal/signature.ts";
import type { SigningKeys } from "../fal/signing-keys.ts";
import { readDelivery } from "../fal/webhook.ts";
import type { Route } from "../http/api.ts";
import { Problem } from "../http/problem.ts";
import type { HttpRequest } from "../http/request.ts";
import { isJobId, isWebhookToken, tokenHash } from "../job/identity.ts";
import { WEBHOOK_BODY_MAX_BYTES } from "../limits.ts";
import { logWarning } from "../log.ts";
import { countMetric, recordMetrics } from "../metrics.ts";
import { type Settler, settleDelivery } from "../settle/settle-from-webhook.ts";

export interface Receiver extends Settler {
  readonly keys: SigningKeys;
  /** If set, only deliveries from this fal account are accepted. */
  readonly falUserId: string | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * `POST /webhooks/fal/{id}/{token}`: runs the cheapest checks first. Nothing in a delivery is trusted before its
 * signature is verified.
 */
export function receiveWebhook(service: Receiver): Route {
  return async (request) => {
    if (request.body.length > WEBHOOK_BODY_MAX_BYTES) {
      throw refused(request, "body_too_large", `The body must be at most ${WEBHOOK_BODY_MAX_BYTES} bytes.`, "size");
    }
    const { id = "", token = "" } = request.pathParameters;
    if (!isJobId(id) || !isWebhookToken(token)) throw refused(request, "not_found", "There is no such job.", "path");
    const signed = await authenticate(service, request);
    const delivery = readDelivery(request.body, service.falEndpointUrl);
    if (!delivery) throw refused(request, "malformed_request", "The body is not a valid fal webhook.", "body");
    if (signed.requestId !== delivery.requestId && signed.requestId !== delivery.gatewayRequestId) {
      throw refused(
        request,
        "signature_invalid",
        "The signed request id does not match the body.",
        "request_id_header",
      );
    }
    const settled = await settleDelivery(service, id, tokenHash(token), delivery);
    if (!settled) throw refused(request, "not_found", "There is no such job.", "binding");
    recordMetrics({ WebhookLag: Math.max(0, service.now() - Number(signed.timestamp) * 1000) }, { job_id: id });
    return { status: 200, body: {} };
  };
}

/**
 * Verifies the signature. Throws `signature_invalid`, or `signing_keys_unavailable` if no key is available, so that fal
 * tries again.
 */
async function authenticate(service: Receiver, request: HttpRequest): Promise<SignatureHeaders> {
  const headers = signatureHeaders(request);
  if (!headers)
    throw refused(request, "signature_invalid", "Each signature header must be present exactly once.", "headers");
  if (service.falUserId !== undefined && headers.userId !== service.falUserId) {
    throw refused(request, "signature_invalid", "The delivery comes from a different fal account.", "user_id");
  }
  if (!isFresh(headers.timestamp, service.now())) {
    throw refused(request, "signature_invalid", "The signature's timestamp is too old or too new.", "timestamp");
  }
  if (isSignedBy(await available(service.keys.current()), headers, request.body)) return headers;
  if (isSignedBy(await available(service.keys.refreshed()), headers, request.body)) return headers;
  throw refused(request, "signature_invalid", "The signature is not valid.", "signature");
}

async function available<T>(keys: Promise<T>): Promise<T> {
  try {
    return await keys;
  } catch (cause) {
    throw new Problem("signing_keys_unavailable", "fal's signing keys are temporarily unavailable.", { cause });
  }
}

function signatureHeaders(request: HttpRequest): SignatureHeaders | undefined {
  const once = (name: string) => {
    const values = request.headers.get(`x-fal-webhook-${name}`) ?? [];
    return values.length === 1 ? values[0] : undefined;
  };
  const [requestId, userId, timestamp, signature] = ["request-id", "user-id", "timestamp", "signature"].map(once);
  if (requestId === undefined || userId === undefined || timestamp === undefined || signature === undefined)
    return undefined;
  return { requestId, userId, timestamp, signature };
}

/** Logs a refused delivery with the reason and the source, and without secrets. */
function refused(request: HttpRequest, code: ProblemCode, detail: string, reason: string): Problem {
  const { id = "" } = request.pathParameters;
  const job_id = isJobId(id) ? id : undefined;
  logWarning("webhook refused", { reason, source_ip: request.sourceIp, job_id });
  countMetric("WebhookRefused", { reason });
  return new Problem(code, detail);
}
