import sharp from "sharp";
import { type FalEmulator, startFalEmulator } from "../../local/fal/emulator.ts";
import type { Fault } from "../../local/fal/fault-schema.ts";
import type { Job, Plan, SubmissionFault } from "./plan.ts";

/** The model of all jobs. */
export const endpoint = "decart/lucy-14b/image-to-video";
/** The key that every client has. The emulator accepts any. */
export const falKey = "local-fal-key";
/** The user id of the emulator's account at fal. */
export const falUserId = "user_emulator";

const slowMs = 20_000;
const lateMs = 6_000;
const crashHangMs = 12_000;
const renderSeconds = 0.3;
const runners = 200;
const webhookRetryMs = 1_000;

/** Starts the emulator of fal. `fal-ai/` in front of the endpoint is how the AI SDK calls it. */
export function startFal(): Promise<FalEmulator> {
  return startFalEmulator({ renderSeconds, runners, webhookRetryMs, endpointIds: [`fal-ai/${endpoint}`] });
}

/** Tells the emulator what is going to happen to each job. */
export async function setFaults(emulator: FalEmulator, jobs: readonly Job[]): Promise<void> {
  for (const job of jobs) for (const fault of faultsOf(job)) await emulator.addFault(fault);
}

/** Holds back fal's answer to a submission, so that whoever sent it can be killed meanwhile. */
export async function holdAnswers(emulator: FalEmulator, jobs: readonly Job[]): Promise<void> {
  for (const { prompt, plan } of jobs)
    await emulator.addFault({ prompt, submit: { when: "after", hang_ms: crashHangMs }, ...webhookOf(plan) });
}

function faultsOf({ prompt, plan }: Job): Fault[] {
  const { submission, failedReads } = plan;
  const webhook = webhookOf(plan);
  return [
    ...(submission ? [{ prompt, times: submission.posts, submit: submitFault(submission), ...webhook }] : []),
    ...(failedReads ? [{ prompt, times: failedReads, read: { answer: 504 as const } }] : []),
    ...(webhook.webhook ? [{ prompt, times: "all" as const, ...webhook }] : []),
  ];
}

function submitFault({ kind, status }: SubmissionFault): NonNullable<Fault["submit"]> {
  if (kind === "lost_reply") return { when: "after", answer: "reset" };
  if (kind === "reset") return { when: "before", answer: "reset" };
  if (kind === "slow") return { when: "after", hang_ms: slowMs };
  return { when: kind, answer: status };
}

function webhookOf({ webhook }: Plan): Pick<Fault, "webhook"> {
  if (webhook === "dropped") return { webhook: { drop: true } };
  if (webhook === "doubled") return { webhook: { duplicates: 1 } };
  if (webhook === "late") return { webhook: { delay_ms: lateMs } };
  if (webhook === "forged") return { webhook: { before: ["unsigned", "wrong_key", "stale", "foreign"] } };
  return webhook === "early" ? { webhook: { early: true } } : {};
}

/** The picture of every inline job: small, so that the run measures clients and not uploads. */
const picture = await sharp({ create: { width: 64, height: 36, channels: 3, background: "#246" } })
  .png()
  .toBuffer();
const hostedPicture = "https://pictures.example.com/lighthouse.jpg";

/** A job's picture as the bytes or the URL that a caller has. */
export function pictureOf({ plan }: Job): Uint8Array | string {
  return plan.image === "inline" ? picture : hostedPicture;
}

/** A job's input in fal's form. */
export function inputOf(job: Job) {
  const image = pictureOf(job);
  const image_url =
    typeof image === "string" ? image : `data:image/png;base64,${Buffer.from(image).toString("base64")}`;
  return { prompt: job.prompt, image_url, sync_mode: false };
}
