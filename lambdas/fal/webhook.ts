import { REQUEST_ID_MAX_CHARACTERS } from "../limits.ts";
import { isObject, jsonObject } from "./detail.ts";
import { type Outcome, readFailure, readResult } from "./outcome.ts";

/** The parsed body of a webhook. */
export interface Delivery {
  readonly requestId: string;
  readonly gatewayRequestId: string | undefined;
  /** Undefined if the delivery only says that the request has finished. The result must then be fetched (rule P5). */
  readonly outcome: Outcome | undefined;
}

/**
 * Parses the raw bytes of a delivery; undefined if they are not a delivery from fal
 * (docs/internals/fal-protocol.md#5-webhooks).
 */
export function readDelivery(rawBody: Buffer, falEndpointUrl: string | undefined): Delivery | undefined {
  const body = jsonObject(rawBody.toString("utf8"));
  if (!isId(body?.request_id)) return undefined;
  const { request_id: requestId, gateway_request_id } = body;
  const gatewayRequestId = isId(gateway_request_id) ? gateway_request_id : undefined;
  return { requestId, gatewayRequestId, outcome: readOutcome(body, falEndpointUrl) };
}

function readOutcome(body: Readonly<Record<string, unknown>>, falEndpointUrl: string | undefined): Outcome | undefined {
  const { status, payload, payload_error: payloadError, error } = body;
  if (payload === null || payload === undefined || (payloadError !== null && payloadError !== undefined))
    return undefined;
  if (status === "OK") {
    const result = readResult(payload, falEndpointUrl, body.endpoint_id);
    return result && { status: "succeeded", result };
  }
  if (status !== "ERROR") return undefined;
  const reason = typeof error === "string" ? error : undefined;
  const statusCode = statusCodeIn(reason);
  return maybeNeverStarted(payload, statusCode) ? undefined : readFailure(payload, statusCode, reason);
}

/**
 * A start timeout looks like any other timeout in a webhook. Only the headers of the result show that fal never
 * started; then the job is sent again instead of failed (rule P12). So the result must be fetched.
 */
function maybeNeverStarted(payload: unknown, statusCode: number | undefined): boolean {
  if (!isObject(payload)) return false;
  return payload.error_type === "request_timeout" || (statusCode === 504 && !Array.isArray(payload.detail));
}

/** fal's `error` says "Invalid status code: 422". */
function statusCodeIn(reason: string | undefined): number | undefined {
  const digits = /status code: (\d{3})\b/.exec(reason ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= REQUEST_ID_MAX_CHARACTERS;
}
