const minuteMs = 60_000;
const resultKeptMs = 60 * minuteMs;
const largeResultKeptMs = 6 * minuteMs;

/** Faults at fal and on the way to it: probabilities, and times in milliseconds. */
export interface FalFaults {
  /** A submission that is certainly rejected. */
  readonly refused: number;
  /** A submission whose answer is lost or wrong, whether or not fal accepted it. */
  readonly unknown: number;
  readonly inputRefused: number;
  /** A status, result, cancel or history call that gets no answer. */
  readonly callFails: number;
  readonly webhookDropped: number;
  readonly webhookDuplicated: number;
  readonly webhookLate: number;
  readonly webhookEmpty: number;
  readonly renderFails: number;
  /** A video that is not on fal's CDN. */
  readonly videoElsewhere: number;
  /** fal answers 503 to everything in this span after the start. */
  readonly downFrom: number;
  readonly downUntil: number;
  readonly historyOdd: number;
  /** A video that ends every function that reads its bytes (rule P27). */
  readonly videoCrashes: number;
  /** A result has more bytes than the sweep reads itself. */
  readonly largeResult: number;
}

const CRASHING = "-crashing";

/** The id of a request; whether its video crashes its readers is a part of it, and so of its URL and of the video. */
export function newRequestId(number: number, crashes: boolean): string {
  return `req-${number}${crashes ? CRASHING : ""}`;
}

/** Whether these bytes, or what this URL leads to, crash whoever reads them. */
export function crashesReader(text: string): boolean {
  return text.includes(CRASHING);
}

/** A request as fal knows it; times in epoch milliseconds. */
export interface FalRequestRecord {
  readonly requestId: string;
  readonly jobId: string;
  readonly endpoint: string;
  readonly webhookUrl: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly sentAt: number;
  readonly startsBy: number;
  state: "queued" | "running" | "done";
  /** Whether it started to run, which is what fal bills. */
  rendered: boolean;
  endedAt?: number;
  listedAt?: number;
  /** When its cancellation was first requested at fal. */
  cancelAskedAt?: number;
  /** fal stores its result only for minutes; failures are never large. */
  readonly isLarge: boolean;
  outcome?: { readonly status: number; readonly body: unknown; readonly headers: Record<string, string> };
}

/** Until when fal stores a request's result and keeps delivering it. */
export function keptUntil({ endedAt = 0, isLarge, outcome }: FalRequestRecord): number {
  return endedAt + (isLarge && outcome?.status === 200 ? largeResultKeptMs : resultKeptMs);
}
