import type { PublicJob } from "../lambdas/contract/public-job.ts";
import { problemExample } from "./problems.ts";

const API = "https://api.example.com";
const ID = "019aab3c4d5e7f60918273645a6b7c8d";
const RETRY_ID = "5f0c9e1d2b3a48576f6e5d4c3b2a1908";
const self = `${API}/jobs/${ID}`;
const input = {
  prompt: "the beam of the lighthouse sweeps over the sea",
  image_url: "https://example.com/lighthouse.jpg",
};

export const newJob = { input, callback_url: "https://example.com/hooks/fal", metadata: { order: "42" } };

export const otherJob = {
  endpoint: "owner/model/image-to-video",
  input: { prompt: "the waves roll in", image_url: "https://example.com/lighthouse.jpg", duration: 5 },
};

const requested = {
  id: ID,
  endpoint: "decart/lucy-14b/image-to-video",
  input: { ...input, resolution: "720p", aspect_ratio: "16:9", sync_mode: false },
  metadata: { order: "42" },
  callback_url: "https://example.com/hooks/fal",
  cost: { estimated_usd: 0.4 },
  created_at: "2026-11-22T12:00:00.000Z",
  deadline_at: "2026-11-22T14:00:00.000Z",
} as const satisfies Partial<PublicJob>;

const atFal = {
  ...requested,
  submitted_at: "2026-11-22T12:00:00.412Z",
  request_id: "5057fca7-2eb3-468f-b95d-cefe92b0b9d4",
} as const satisfies Partial<PublicJob>;

const firstEntries = [
  { at: "2026-11-22T12:00:00.000Z", event: "submitting", by: "submit" },
  { at: "2026-11-22T12:00:00.412Z", event: "queued", by: "submit" },
] as const satisfies PublicJob["timeline"];

export const queuedJob: PublicJob = { ...atFal, status: "queued", timeline: firstEntries, links: { self } };

export const queuedJobWithLogs: PublicJob = { ...queuedJob, queue_position: 2, logs: [] };

export const succeededJob: PublicJob = {
  ...atFal,
  status: "succeeded",
  result: {
    video: {
      url: "https://v3.fal.media/files/b/lighthouse.mp4",
      content_type: "video/mp4",
      file_size: 4_183_220,
      sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      duration_seconds: 5,
      width: 1280,
      height: 720,
      codec: "avc1.64001f",
    },
  },
  cost: { estimated_usd: 0.4, billable_units: 5, actual_usd: 0.4 },
  settled_at: "2026-11-22T12:00:31.900Z",
  settled_by: "webhook",
  expires_at: "2026-12-22T12:00:32.000Z",
  timeline: [
    ...firstEntries,
    { at: "2026-11-22T12:00:31.900Z", event: "succeeded", by: "webhook" },
    { at: "2026-11-22T12:00:33.120Z", event: "archived", by: "archive" },
  ],
  deliveries: [{ attempt: 1, at: "2026-11-22T12:00:33.200Z", status: 200, latency_ms: 84 }],
  links: { self, video: `${self}/video` },
};

export const failedJob: PublicJob = {
  ...atFal,
  status: "failed",
  error: {
    code: "content_policy_violation",
    message: "The model's content policy refused the input.",
    retryable: false,
  },
  settled_at: "2026-11-22T12:00:31.900Z",
  settled_by: "webhook",
  expires_at: "2026-12-22T12:00:32.000Z",
  timeline: [...firstEntries, { at: "2026-11-22T12:00:31.900Z", event: "failed", by: "webhook" }],
  links: { self },
};

export const canceledJob: PublicJob = {
  ...requested,
  status: "canceled",
  settled_at: "2026-11-22T12:00:05.000Z",
  settled_by: "cancel",
  expires_at: "2026-12-22T12:00:05.000Z",
  timeline: [...firstEntries.slice(0, 1), { at: "2026-11-22T12:00:05.000Z", event: "canceled", by: "cancel" }],
  links: { self },
};

export const retryingJob: PublicJob = {
  ...queuedJob,
  id: RETRY_ID,
  retry_of: ID,
  links: { self: `${API}/jobs/${RETRY_ID}` },
};

export const validatedJob = {
  endpoint: requested.endpoint,
  input: requested.input,
  metadata: requested.metadata,
  callback_url: requested.callback_url,
  deadline_seconds: 7200,
  cost: requested.cost,
};

export const jobPage = { data: [succeededJob], next_cursor: "MjAyNi0xMS0yMlQxMjowMDowMC4wMDBa.dGhpcyBpcyBzaWduZWQ" };

export const batchResults = {
  results: [
    { status: 202, job: queuedJob },
    { status: 422, problem: problemExample("invalid_request") },
  ],
};

export const upload = {
  upload_url: "https://media.s3.us-east-1.amazonaws.com/uploads/key/019aab3c?X-Amz-Signature=0",
  upload_headers: { "content-type": "image/jpeg", "if-none-match": "*" },
  image_url: `${API}/uploads/${ID}`,
  expires_at: "2026-11-22T12:15:00.000Z",
};

export const videoLocation = {
  url: "https://media.s3.us-east-1.amazonaws.com/videos/019aab3c.mp4?X-Amz-Signature=0",
  expires_at: "2026-11-22T12:15:00.000Z",
};

export const callbackSecret = { secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", previous: [] };

export const rotatedSecret = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  previous: [{ secret: callbackSecret.secret, until: "2026-11-23T12:00:00.000Z" }],
};

export const jobEvent = { type: "job.succeeded", timestamp: "2026-11-22T12:00:31.900Z", data: succeededJob };

export const eventStream = [
  "retry: 2000",
  `event: job\nid: 41c0f2d79be6a853\ndata: ${JSON.stringify(queuedJob)}`,
  'event: queue\nid: 41c0f2d79be6a853.2\ndata: {"queue_position":2}',
  'event: log\nid: 41c0f2d79be6a853.2.8a1f30c5d7e2\ndata: {"message":"loading the model","timestamp":"2026-11-22T12:00:02.000Z"}',
  `event: job\nid: 9e07b3a1c5d2648f.2.8a1f30c5d7e2\ndata: ${JSON.stringify(succeededJob)}`,
  "",
].join("\n\n");

const usageSum = {
  jobs: 3,
  open: 0,
  succeeded: 2,
  failed: 1,
  canceled: 0,
  expired: 0,
  billed: { yes: 2, no: 1, unknown: 0 },
  estimated_usd: 0.8,
  actual_usd: 0.4,
  video_seconds: 10,
  seconds_to_terminal: { p50: 41.2, p95: 62 },
};

/** The answer of `GET /usage`. */
export const usage = {
  from: "2026-11-01T00:00:00.000Z",
  to: "2026-12-01T00:00:00.000Z",
  total: usageSum,
  groups: [{ day: "2026-11-22", ...usageSum }],
};
