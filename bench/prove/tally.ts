import type { Ledger } from "../../local/fal/ledger.ts";
import type { Ending } from "./caller.ts";
import type { Job } from "./plan.ts";

/** One line of the table: counts over all jobs of a row. */
export interface Tally {
  readonly jobs: number;
  /** Renders that fal bills. */
  readonly renders: number;
  /** The same per job, for the jobs that are not unconfirmed. */
  readonly renders_per_job: number;
  /** Jobs that fal rendered, and bills, more than once. */
  readonly paid_twice: number;
  /** Jobs whose caller has the right video. */
  readonly delivered: number;
  /** Jobs that never end for their caller. */
  readonly lost: number;
  /** Jobs whose caller learns that they failed although fal rendered them, or gets another video. */
  readonly told_wrongly: number;
  /** Renders that fal bills and whose video no caller got. */
  readonly unkept: number;
  /** Jobs whose caller has the video of a forged webhook. */
  readonly forged_believed: number;
  /** Jobs whose caller learns that fal may have run and billed them, and that nobody knows. */
  readonly unconfirmed: number;
  /** Those of them that fal rendered. */
  readonly unconfirmed_rendered: number;
  /** The jobs that are not as they should be, each with what is wrong. They show what to replay. */
  readonly wrong: readonly string[];
}

/** Whether each job is one render whose video its caller has, or is truthfully unconfirmed. */
export function isExact({
  jobs,
  renders_per_job,
  paid_twice,
  delivered,
  unconfirmed,
  forged_believed,
}: Tally): boolean {
  const isPaidOnce = renders_per_job === 1 && paid_twice === 0;
  return isPaidOnce && delivered + unconfirmed === jobs && forged_believed === 0;
}

interface Verdict {
  readonly job: Job;
  readonly ending: Ending;
  readonly renders: readonly string[];
  readonly hasOwnVideo: boolean;
  readonly isForged: boolean;
}

/** Compares what callers learned with what fal bills. */
export function tallyUp(jobs: readonly Job[], endings: ReadonlyMap<Job, Ending>, { requests }: Ledger): Tally {
  const renders = new Map<string, string[]>();
  for (const { request_id, input, billed } of requests) {
    const prompt = (input as { prompt: string }).prompt;
    if (billed) renders.set(prompt, [...(renders.get(prompt) ?? []), request_id]);
  }
  const verdicts = jobs.map((job) => judge(job, endings.get(job) ?? { kind: "lost" }, renders.get(job.prompt) ?? []));
  const count = (counts: (verdict: Verdict) => boolean) => verdicts.filter(counts).length;
  const billed = verdicts.reduce((sum, verdict) => sum + verdict.renders.length, 0);
  const delivered = count(({ hasOwnVideo }) => hasOwnVideo);
  const known = verdicts.filter(({ ending }) => ending.kind !== "unconfirmed");
  return {
    jobs: jobs.length,
    renders: billed,
    renders_per_job: known.reduce((sum, { renders }) => sum + renders.length, 0) / known.length,
    paid_twice: count(({ renders }) => renders.length > 1),
    delivered,
    lost: count(({ ending }) => ending.kind === "lost"),
    told_wrongly: count(isToldWrongly),
    unkept: billed - delivered,
    forged_believed: count(({ isForged }) => isForged),
    unconfirmed: jobs.length - known.length,
    unconfirmed_rendered: count(({ ending, renders }) => ending.kind === "unconfirmed" && renders.length > 0),
    wrong: verdicts.flatMap(explain),
  };
}

function judge(job: Job, ending: Ending, renders: readonly string[]): Verdict {
  const url = ending.kind === "video" ? ending.url : "";
  return {
    job,
    ending,
    renders,
    hasOwnVideo: renders.some((requestId) => url.includes(`/${requestId}/`)),
    isForged: url.startsWith("https://attacker.example/"),
  };
}

function isToldWrongly({ ending, renders, hasOwnVideo }: Verdict): boolean {
  return ending.kind === "failed" ? renders.length > 0 : ending.kind === "video" && !hasOwnVideo;
}

function explain(verdict: Verdict): string[] {
  const { job, ending, renders } = verdict;
  const faults = [
    ...(renders.length > 1 ? [`${renders.length} renders`] : []),
    ...(ending.kind === "lost" ? ["lost"] : []),
    ...(isToldWrongly(verdict) ? [`told wrongly: ${JSON.stringify(ending)}`] : []),
  ];
  return faults.length === 0 ? [] : [`${job.prompt}: ${faults.join(", ")}; plan ${JSON.stringify(job.plan)}`];
}
