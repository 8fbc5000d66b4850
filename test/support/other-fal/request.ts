import { film } from "./film.ts";

/** What happens to a submission, selected by its prompt. Omitted fields keep the normal behaviour. */
export type Script = {
  /** The POST is refused with this status and nothing is enqueued. */
  readonly refuse?: 429 | 403;
  /**
   * The POST's answer although its request was enqueued: a status, a redirect among them; a reset before or within the
   * answer; nothing at all; a success without a request id.
   */
  readonly answer?: number | "reset" | "cut" | "hang" | "no_request_id";
  /** How long the request works, in milliseconds, or until a test says. */
  readonly pace?: number | "by_hand";
  /** The model's own error instead of a video. */
  readonly ends?: "input_error" | "server_error";
  readonly webhook?: "dropped" | "payload_error";
  /** The webhook is delivered before the POST is answered. */
  readonly webhookFirst?: boolean;
  /** The result expires as soon as it exists. */
  readonly resultGone?: boolean;
};

/** How a request ended: what the result call answers. */
export type Outcome = { readonly status: number; readonly body: Record<string, unknown>; readonly errorType?: string };

/** One enqueued request: a render, unless it was cancelled before it started. Times in epoch milliseconds. */
export type FalRequest = {
  readonly id: string;
  readonly gatewayId: string;
  /** Taken from the webhook URL. */
  readonly jobId: string;
  readonly webhookUrl: string;
  readonly input: Record<string, unknown>;
  readonly script: Script;
  readonly sentAt: number;
  startedAt?: number;
  endedAt?: number;
  outcome?: Outcome;
  cancelRequested?: boolean;
  /** The statuses that its deliveries were answered with; 0 is no answer. */
  readonly delivered: number[];
};

/** A request's state in fal's terms. */
export function stateOf(request: FalRequest): "IN_QUEUE" | "IN_PROGRESS" | "COMPLETED" {
  if (request.endedAt !== undefined) return "COMPLETED";
  return request.startedAt === undefined ? "IN_QUEUE" : "IN_PROGRESS";
}

/** The model's outcome for a request. */
export function modelOutcome({ id, input, script }: FalRequest): Outcome {
  if (script.ends === "input_error") {
    const problem = {
      loc: ["body", "image_url"],
      msg: "Could not load the image",
      type: "image_load_error",
      input: "…",
    };
    return { status: 422, body: { detail: [problem] } };
  }
  if (script.ends === "server_error") {
    return { status: 500, body: { detail: [{ loc: ["body"], msg: "Internal error", type: "internal_server_error" }] } };
  }
  const url = input.sync_mode === false ? videoUrl(id) : `data:video/mp4;base64,${film.toString("base64")}`;
  return {
    status: 200,
    body: { video: { url, content_type: "video/mp4", file_name: "video.mp4" }, seed: 2n ** 63n },
  };
}

/** Where a request's video is. */
export function videoUrl(requestId: string): string {
  return `https://v3.fal.media/files/b/${requestId}.mp4`;
}

/** fal's words for a request that was cancelled before it began. */
export const cancelled: Outcome = {
  status: 499,
  body: { detail: "Request was cancelled by the client", error_type: "client_cancelled" },
  errorType: "client_cancelled",
};
