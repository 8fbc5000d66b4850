import type { Submission } from "../fal/submission.ts";
import { appOf } from "../fal/url.ts";
import type { JobError } from "../job/job.ts";
import { isHold } from "../job/waiting.ts";
import {
  OUTAGE_PAUSE_MS,
  OUTAGE_PROBE_MS,
  OUTAGE_SHARED_MS,
  OUTAGES_BEFORE_PAUSE,
  SERVICE_STATE_MS,
} from "../limits.ts";
import { logError } from "../log.ts";
import type { FalHealth } from "../table/fal-health.ts";
import type { JobTable } from "../table/job-table.ts";

/**
 * Lets submissions through, or holds them back while fal is down, refuses the account, or the operator paused the
 * service. Each app of fal's counts for itself, so that one that is down holds back no other's jobs (rule P30); a
 * refused account counts for all (rule P33). Each function instance keeps its own state in memory, and asks the table
 * what other instances found (rules P17, A27).
 */
export interface CircuitBreaker {
  /** Whether a POST to an endpoint may be sent now. */
  tryEnter(endpoint: string): Promise<Entered>;
  /** What jobs of an endpoint that may not be sent are waiting for. */
  reason(endpoint: string): JobError | undefined;
}

export interface Entered {
  /** Undefined: nothing may be sent now. Each pass must be left exactly once. */
  readonly pass?: Pass;
  /** The end of the probe that is under way: after it, try again. Never rejects. */
  readonly after?: Promise<void> | undefined;
}

/** Leave to send one POST. */
export interface Pass {
  /**
   * Reports the outcome of the POST; undefined if no POST was sent. It counts at once; the promise, which never
   * rejects, is about telling other instances.
   */
  leave(submission: Submission | undefined): Promise<void>;
}

interface Surroundings {
  readonly table: Pick<JobTable, "readFalHealth" | "putFalHealth" | "readPause">;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * After three 503 answers in a row, or one refusal of the account, it sends nothing for one minute, and then one probe
 * at a time until fal answers something else. So an outage at fal delays jobs and does not make all their outcomes
 * unknown. With `toProbe`, for a sweep, it starts with a probe of each app: its other jobs wait for what that finds.
 */
export function openCircuitBreaker(surroundings: Surroundings, toProbe = false): CircuitBreaker {
  const { table, now } = surroundings;
  const pause = openPause(surroundings);
  const account = openGate({
    now,
    read: () => table.readFalHealth(),
    write: (health) => table.putFalHealth(health),
    findingsToShut: 1,
    isDown: (submission) => submission?.outcome === "not_accepted" && isHold(submission.error),
    startsShut: false,
    toProbe,
    validMs: toProbe ? OUTAGE_PROBE_MS : OUTAGE_SHARED_MS,
    rereadMs: SERVICE_STATE_MS,
  });
  const apps = new Map<string, Gate>();
  const of = (endpoint: string) => {
    const app = appOf(endpoint);
    const gate =
      apps.get(app) ??
      openGate({
        now,
        read: () => table.readFalHealth(app),
        write: (health) => table.putFalHealth(health, app),
        findingsToShut: OUTAGES_BEFORE_PAUSE,
        isDown: (submission) => submission?.outcome === "unknown" && submission.isOutage,
        startsShut: toProbe,
        toProbe,
        validMs: toProbe ? 0 : OUTAGE_SHARED_MS,
        rereadMs: Number.POSITIVE_INFINITY,
      });
    apps.set(app, gate);
    return gate;
  };
  return {
    async tryEnter(endpoint) {
      if (await pause.read()) return {};
      const ours = of(endpoint);
      const { isProbe: isAccountProbe, ...waits } = await account.tryEnter();
      if (isAccountProbe === undefined) return waits;
      const { isProbe, ...behind } = await ours.tryEnter();
      if (isProbe === undefined) {
        await account.leave(isAccountProbe, undefined);
        return behind;
      }
      const leave: Pass["leave"] = async (submission) => {
        await Promise.all([account.leave(isAccountProbe, submission), ours.leave(isProbe, submission)]);
      };
      return { pass: { leave } };
    },
    reason: (endpoint) => (pause.isPaused() ? PAUSED : (account.reason() ?? of(endpoint).reason())),
  };
}

/** Whether the operator paused the service, as it was a few seconds ago at most. */
function openPause({ table, now }: Surroundings) {
  let isPaused = false;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  return {
    isPaused: () => isPaused,
    async read(): Promise<boolean> {
      if (now() >= readAt + SERVICE_STATE_MS) {
        readAt = now();
        reading = table.readPause().then((pause) => {
          isPaused = pause !== undefined;
        }, ignored);
      }
      await reading;
      return isPaused;
    },
  };
}

interface GateParams {
  readonly now: () => number;
  /** What other instances found. */
  readonly read: () => Promise<FalHealth | undefined>;
  readonly write: (health: FalHealth) => Promise<void>;
  /** How many answers in a row shut the gate. */
  readonly findingsToShut: number;
  /** Whether an answer is such a one. */
  readonly isDown: (submission: Submission | undefined) => boolean;
  /** It begins with a probe, whatever others found. */
  readonly startsShut: boolean;
  /** For a sweep: what others found some time ago is probed. */
  readonly toProbe: boolean;
  /** How long the finding of another instance holds this one back. 0: it relies on no other finding. */
  readonly validMs: number;
  /** It asks the table when it is in doubt, and whenever its last answer is older than this. */
  readonly rereadMs: number;
}

interface Entry {
  /** Undefined: it was not let through. */
  readonly isProbe?: boolean;
  readonly after?: Promise<void>;
}

type Gate = ReturnType<typeof openGate>;

function openGate({ now, read, write, findingsToShut, isDown, startsShut, toProbe, validMs, rereadMs }: GateParams) {
  let inARow = startsShut ? findingsToShut : 0;
  let lastDownAt = 0;
  let pausedUntil = 0;
  let latest: JobError | undefined;
  let probe: PromiseWithResolvers | undefined;
  let isInDoubt = validMs > 0;
  let readAt = 0;
  let asking: Promise<void> | undefined;
  let sharedAt: number | undefined;
  // Whoever does not ask others assumes it.
  let isSharedDown = validMs === 0;

  const isShut = () => inARow >= findingsToShut;
  const heed = ({ is_down, at, error }: FalHealth) => {
    isSharedDown = is_down;
    if (!is_down) {
      if (at > lastDownAt && !startsShut) inARow = 0;
      return;
    }
    latest = error;
    const isFresh = now() < at + validMs;
    if (!isFresh && !toProbe) return;
    inARow = Math.max(inARow, findingsToShut);
    if (isFresh) pausedUntil = Math.max(pausedUntil, at + validMs);
  };
  const askOthers = async () => {
    isInDoubt = false;
    readAt = now();
    const health = await read().catch(ignored);
    if (health !== undefined && health.at !== sharedAt) heed(health);
    if (isShut() && !toProbe) isInDoubt = true;
  };
  const admit = (): Entry => {
    if (!isShut()) return { isProbe: false };
    if (probe) return { after: probe.promise };
    if (now() < pausedUntil) return {};
    probe = withResolvers();
    return { isProbe: true };
  };
  const tryEnter = async () => {
    if (isInDoubt || now() >= readAt + rereadMs) {
      asking ??= askOthers().finally(() => {
        asking = undefined;
      });
    }
    await asking;
    return admit();
  };
  const share = async (isDownNow: boolean) => {
    sharedAt = now();
    isSharedDown = isDownNow || validMs === 0;
    await write({ is_down: isDownNow, at: sharedAt, error: isDownNow ? latest : undefined }).catch(ignored);
  };
  return {
    tryEnter,
    async leave(isProbe: boolean, submission: Submission | undefined) {
      const wasShut = isShut();
      const isDownNow = isDown(submission);
      const isUp = submission !== undefined && !isDownNow && hasAnswered(submission);
      if (isDownNow) {
        inARow++;
        lastDownAt = now();
        pausedUntil = now() + OUTAGE_PAUSE_MS;
        latest = errorOf(submission);
        isInDoubt = !toProbe;
      } else if (isUp) inARow = 0;
      else if (toProbe && isProbe && submission?.outcome === "not_accepted") {
        // Nothing reaches fal: the other jobs wait for the next sweep.
        pausedUntil = now() + OUTAGE_PAUSE_MS;
        latest = submission.error;
      }
      if (isProbe) {
        probe?.resolve();
        probe = undefined;
      }
      if (isDownNow ? isShut() : isUp && wasShut && isSharedDown) await share(isDownNow);
    },
    reason: () => (isShut() && now() < pausedUntil ? (latest ?? DOWN) : undefined),
  };
}

const PAUSED: JobError = {
  code: "service_paused",
  message: "The operator paused the service. The job will be submitted automatically when it resumes.",
  retryable: true,
};
const DOWN: JobError = {
  code: "fal_unreachable",
  message: "fal is temporarily unavailable. The job will be submitted automatically.",
  retryable: true,
};

/** An answer of 503 is about one submission; what others wait for is that fal is down. */
function errorOf(submission: Submission | undefined): JobError | undefined {
  if (submission?.outcome !== "not_accepted") return undefined;
  const { code, message, retryable } = submission.error;
  return { code, message, retryable };
}

/** Without it, each instance finds out for itself. */
function ignored(error: unknown): undefined {
  logError("what instances know about fal could not be read or written", error);
}

/** A lost answer, a failed connection or a POST that was not sent does not show whether fal is up. */
function hasAnswered(submission: Submission): boolean {
  if (submission.outcome !== "not_accepted") return submission.outcome !== "unknown";
  return submission.error.code !== "fal_unreachable" && submission.error.code !== "fal_key_missing";
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function withResolvers(): PromiseWithResolvers {
  let resolve = () => {};
  const promise = new Promise<void>((resolveIt) => {
    resolve = resolveIt;
  });
  return { promise, resolve };
}
