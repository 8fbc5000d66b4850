import { useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { announce, showFailure } from "./announce.tsx";
import { ApiProblem, call, isPassing, wordsOf } from "./api.ts";
import { now } from "./clock.ts";
import { ask } from "./dialog.tsx";
import { editJob } from "./draft.ts";
import { bytes, duration, safeUrl, timeOf, usd } from "./format.ts";
import { pairOf } from "./pair.ts";
import { CopyButton, Empty, Foreign, Heading, JsonTree, Loading, StatusMark } from "./parts.tsx";
import { Player } from "./player.tsx";
import { go, listLink } from "./route.ts";
import { publicUrl, readOnly, visible } from "./session.ts";
import { type Typical, typicalOf } from "./spans.ts";
import { followJob, pause } from "./stream.ts";
import { isOpen, isRetryable, type Job, type JobPage, type LogLine, promptOf } from "./types.ts";
import { Waterfall } from "./waterfall.tsx";

const LINES_MAX = 200;
const READS_AFTER = 15;
const READ_AGAIN_MS = 2_000;

/** The screen of one job: it is watched until it has settled. */
export function JobScreen({ id }: { readonly id: string }) {
  const job = useSignal<Job | undefined>(undefined);
  const trouble = useSignal<unknown>(undefined);
  const position = useSignal<number | undefined>(undefined);
  const lines = useSignal<readonly LogLine[]>([]);
  const again = useSignal(0);
  const isVisible = visible.value;
  const round = again.value;
  useEffect(() => {
    if (!isVisible) return;
    const leaving = new AbortController();
    void watchUntilRead(leaving.signal);
    return () => leaving.abort();
  }, [id, isVisible, round]);
  async function watchUntilRead(signal: AbortSignal) {
    try {
      await watch(signal);
    } catch (error) {
      if (signal.aborted) return;
      trouble.value = error;
      if (!isPassing(error)) return;
      await pause(READ_AGAIN_MS, signal);
      if (!signal.aborted) await watchUntilRead(signal);
    }
  }
  async function watch(signal: AbortSignal) {
    const show = (next: Job) => {
      if (job.value && job.value.status !== next.status) announce(`The job is now ${next.status}`);
      job.value = next;
      trouble.value = undefined;
    };
    show(await call<Job>("GET", `/jobs/${id}?logs=1`, { signal }));
    lines.value = job.value?.logs ?? [];
    if (!job.value || !isOpen(job.value)) return;
    const log = (line: LogLine) => {
      if (!lines.value.some((each) => each.timestamp === line.timestamp && each.message === line.message))
        lines.value = [...lines.value, line].slice(-LINES_MAX);
    };
    const queue = (place: number) => {
      position.value = place;
    };
    await followJob(id, { job: show, queue, log }, signal);
    // The copy of the video and the callback follow the settlement.
    for (let reads = 0; reads < READS_AFTER && !signal.aborted; reads++) {
      show(await call<Job>("GET", `/jobs/${id}`, { signal }));
      if (isFinished(job.value)) return;
      await pause(READ_AGAIN_MS, signal);
    }
  }
  const typical = useTypical(job.value?.endpoint);
  const isGone = trouble.value instanceof ApiProblem && trouble.value.status === 404;
  if (trouble.value && (!job.value || isGone)) return <JobTrouble error={trouble.value} retry={() => again.value++} />;
  if (!job.value) return <Loading what="the job" />;
  return (
    <main class="job">
      <Head job={job.value} refresh={() => again.value++} />
      <div class="columns">
        <div>
          <Now job={job.value} position={position.value} typical={typical} />
          <ErrorPanel job={job.value} />
          <Waterfall job={job.value} typical={typical} />
          <Deliveries job={job.value} refresh={() => again.value++} />
        </div>
        <div>
          <Facts job={job.value} />
          <Lines lines={lines.value} />
          <Json job={job.value} />
        </div>
      </div>
    </main>
  );
}

/** How long jobs of an endpoint typically take, from the latest that have succeeded. */
function useTypical(endpoint: string | undefined): Typical {
  const typical = useSignal<Typical>({ queueMs: undefined, runMs: undefined });
  useEffect(() => {
    if (endpoint === undefined) return;
    const leaving = new AbortController();
    call<JobPage>("GET", "/jobs?status=succeeded&limit=20", { signal: leaving.signal })
      .then(({ data }) => {
        typical.value = typicalOf(data.filter((each) => each.endpoint === endpoint));
      })
      .catch(() => {});
    return () => leaving.abort();
  }, [endpoint]);
  return typical.value;
}

function JobTrouble({ error, retry }: { readonly error: unknown; readonly retry: () => void }) {
  const isGone = error instanceof ApiProblem && error.status === 404;
  return (
    <main>
      <Empty title={isGone ? "There is no such job" : "The job cannot be read"}>
        <p>{isGone ? "It may have expired, have been deleted, or belong to another key." : wordsOf(error)}</p>
        {isGone ? (
          <a class="button" href="#/jobs">
            All jobs
          </a>
        ) : (
          <button type="button" onClick={retry}>
            Try again
          </button>
        )}
      </Empty>
    </main>
  );
}

function Head({ job, refresh }: { readonly job: Job; readonly refresh: () => void }) {
  return (
    <header class="job-head">
      <a href={listLink.value} class="back">
        ← Jobs
      </a>
      <Heading>
        <Foreign class="clamp" text={promptOf(job) || job.endpoint} />
      </Heading>
      <div class="spread">
        <StatusMark status={job.status} />
        <Actions job={job} refresh={refresh} />
      </div>
    </header>
  );
}

/** Runs something that changes a job, and shows why it failed. */
async function attempt(action: () => Promise<void>): Promise<void> {
  try {
    await action();
    showFailure("");
  } catch (error) {
    showFailure(wordsOf(error));
  }
}

export async function retryJob(id: string): Promise<Job> {
  return call<Job>("POST", `/jobs/${id}/retry`, { headers: { "idempotency-key": `console-retry-${id}` } });
}

function Actions({ job, refresh }: { readonly job: Job; readonly refresh: () => void }) {
  if (readOnly.value) return <span class="muted">read-only</span>;
  const costs = job.cost ? ` It costs about ${usd(job.cost.estimated_usd)}.` : "";
  // With an error that cannot go away, the same input is the wrong thing to offer first.
  const fails = job.error?.retryable === false;
  const retry = () =>
    attempt(async () => {
      if (
        await ask({
          title: "Run it again?",
          text: `A new job with the same input is created.${costs}${fails ? " It will probably fail again." : ""}`,
          action: "Run again",
        })
      )
        go(`#/jobs/${(await retryJob(job.id)).id}`);
    });
  const cancel = () =>
    attempt(async () => {
      const text = "fal is asked to stop. If it has started already, it may finish and bill the video.";
      if (!(await ask({ title: "Cancel this job?", text, action: "Cancel the job" }))) return;
      await call("POST", `/jobs/${job.id}/cancel`);
      refresh();
    });
  const remove = () =>
    attempt(async () => {
      const text = "The job and its video are deleted.";
      if (!(await ask({ title: "Delete this job?", text, action: "Delete", word: "delete" }))) return;
      await call("DELETE", `/jobs/${job.id}`);
      announce("The job was deleted");
      go("#/jobs");
    });
  const edit = () => {
    editJob(job);
    go("#/new");
  };
  return (
    <div class="buttons">
      {isRetryable(job) && (
        <button type="button" class={fails ? undefined : "primary"} onClick={retry}>
          Retry
        </button>
      )}
      <button type="button" class={fails ? "primary" : undefined} onClick={edit}>
        Edit and run again
      </button>
      {isOpen(job) && (
        <button type="button" onClick={cancel} disabled={job.cancel_requested_at !== undefined}>
          {job.cancel_requested_at === undefined ? "Cancel" : "Canceling …"}
        </button>
      )}
      {!isOpen(job) && (
        <button type="button" class="quiet" onClick={remove}>
          Delete
        </button>
      )}
    </div>
  );
}

const WAITS: Readonly<Record<string, string>> = {
  paused: "the operator, who has paused the service",
  account_locked: "the operator: fal has locked the account",
  balance: "the operator: the balance at fal is exhausted",
  fal_key: "the operator: the key for fal is missing or refused",
  endpoint: "the operator: fal does not know this endpoint",
  fal: "fal, which is busy or cannot be reached",
};

/** The video, or what happens until there is one. */
function Now(props: { readonly job: Job; readonly position: number | undefined; readonly typical: Typical }) {
  const { job, position, typical } = props;
  if (job.result) return <Player job={job} />;
  if (!isOpen(job)) return null;
  const place = position ?? job.queue_position;
  return (
    <section class="panel now" aria-label="What happens now">
      <p>
        <b>{sentenceOf(job, place)}</b>
      </p>
      <Elapsed job={job} typical={typical} />
      {job.waiting_for && <p>It waits for {WAITS[job.waiting_for] ?? job.waiting_for}. It goes on by itself.</p>}
      {job.overdue && (
        <p class="bad">It takes much longer than is typical. It is checked at fal until {timeOf(job.deadline_at)}.</p>
      )}
    </section>
  );
}

function sentenceOf(job: Job, position: number | undefined): string {
  if (job.cancel_requested_at !== undefined) return "fal is asked to stop it.";
  if (job.status === "running") return "fal makes the video.";
  if (job.status === "submitting") return "It is on its way to fal.";
  return position === undefined
    ? "It is in fal's queue."
    : position === 0
      ? "It is next in fal's queue."
      : `${position} ahead of it in fal's queue.`;
}

function Elapsed({ job, typical: { queueMs, runMs } }: { readonly job: Job; readonly typical: Typical }) {
  const elapsed = useComputed(() => now.value - Date.parse(job.created_at));
  return (
    <p>
      <span class="elapsed">{duration(Math.floor(elapsed.value / 1_000) * 1_000)}</span>{" "}
      {runMs !== undefined && <span class="muted">of typically {duration((queueMs ?? 0) + runMs)}</span>}
    </p>
  );
}

function ErrorPanel({ job }: { readonly job: Job }) {
  const page = useSignal("");
  const code = job.error?.code;
  useEffect(() => {
    page.value = "";
    if (!code) return;
    const leaving = new AbortController();
    fetch(`${publicUrl}/errors/${code}`, { signal: leaving.signal })
      .then((response) => (response.ok ? response.text() : ""))
      .then((text) => {
        page.value = text;
      })
      .catch(() => {});
    return () => leaving.abort();
  }, [code]);
  if (!job.error) return null;
  return (
    <section class={isOpen(job) ? "panel" : "panel failed-panel"} aria-label="What went wrong">
      <h2>{isOpen(job) ? "What it waits for" : "Why it ended without a video"}</h2>
      <p class="error-message">
        <Foreign text={job.error.message} />
      </p>
      <p>
        <code>{job.error.code}</code>
        {!isOpen(job) &&
          (job.error.retryable
            ? ". The same input may work: run it again."
            : ". The same input will fail again: edit it first.")}
      </p>
      <Explanation page={page.value} />
      <p>
        <a href={`${publicUrl}/errors/${job.error.code}`} target="_blank" rel="noreferrer">
          All about {job.error.code}
        </a>
      </p>
      {job.error.detail !== undefined && <JsonTree name="what fal said" value={job.error.detail} depth={2} />}
    </section>
  );
}

/** The paragraphs of an error's page, each with its heading. The first one repeats the code. */
function Explanation({ page }: { readonly page: string }) {
  const paragraphs = page.trim().split("\n\n").slice(1);
  return (
    <dl class="words">
      {paragraphs.map((paragraph) => {
        const [heading = "", ...text] = paragraph.split("\n");
        return [<dt key={heading}>{heading}</dt>, <dd key={`${heading} text`}>{text.join(" ")}</dd>];
      })}
    </dl>
  );
}

/** Whether nothing more is to be expected: the video is copied or given up, the callback is delivered. */
function isFinished(job: Job | undefined): boolean {
  if (!job) return true;
  const isCopied = job.result === undefined || job.timeline.some(({ event }) => event.startsWith("archive"));
  const last = job.deliveries?.at(-1);
  return isCopied && (job.callback_url === undefined || (last !== undefined && last.error === undefined));
}

function Deliveries({ job, refresh }: { readonly job: Job; readonly refresh: () => void }) {
  if (job.callback_url === undefined) return null;
  const redeliver = () =>
    attempt(async () => {
      await call("POST", `/jobs/${job.id}/redeliver`);
      announce("The callback is sent again");
      refresh();
    });
  const deliveries = job.deliveries ?? [];
  return (
    <section class="panel" aria-label="Callback">
      <div class="spread">
        <h2>Callback</h2>
        {!isOpen(job) && !readOnly.value && (
          <button type="button" onClick={redeliver}>
            Send it again
          </button>
        )}
      </div>
      <p>
        <Foreign text={job.callback_url} />
      </p>
      {deliveries.length === 0 ? (
        <p class="muted">Not sent yet.</p>
      ) : (
        <ol class="log">
          {deliveries.map((each) => (
            <li key={`${each.at} ${each.attempt}`}>
              <span class="muted">{timeOf(each.at)}</span> attempt {each.attempt}: {each.status ?? "no answer"} after{" "}
              {duration(each.latency_ms)}
              {each.error !== undefined && (
                <span class="bad">
                  {" "}
                  <Foreign text={each.error} />
                </span>
              )}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Facts({ job }: { readonly job: Job }) {
  const video = job.result?.video;
  const { image_url } = job.input as { readonly image_url?: unknown };
  const picture = safeUrl(image_url);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["Model", job.endpoint],
    ["Created", timeOf(job.created_at)],
    ["Settled", job.settled_at && `${timeOf(job.settled_at)} by ${job.settled_by}`],
    ["Kept until", job.expires_at && timeOf(job.expires_at)],
    [
      "Cost",
      job.cost &&
        (job.cost.actual_usd === undefined ? `about ${usd(job.cost.estimated_usd)}` : usd(job.cost.actual_usd)),
    ],
    ["Billed by fal", job.billed],
    [
      "Video",
      video?.width
        ? `${video.width} × ${video.height}, ${video.duration_seconds ?? "?"} s, ${bytes(video.file_size ?? 0)}`
        : undefined,
    ],
    ["Request at fal", job.request_id],
  ];
  return (
    <section class="panel" aria-label="Facts">
      <dl class="facts">
        <dt>Id</dt>
        <dd>
          <code>{job.id}</code> <CopyButton text={job.id} />
        </dd>
        {facts.flatMap(([name, text]) =>
          text ? [<dt key={name}>{name}</dt>, <dd key={`${name} value`}>{<Foreign text={text} />}</dd>] : [],
        )}
        {video?.sha256 && [
          <dt key="sha">SHA-256</dt>,
          <dd key="sha value">
            <code class="long">{video.sha256}</code> <CopyButton text={video.sha256} />
          </dd>,
        ]}
        {picture && [
          <dt key="picture">Picture</dt>,
          <dd key="picture value">
            <a href={picture} target="_blank" rel="noreferrer">
              Open
            </a>
          </dd>,
        ]}
        {job.retry_of && [
          <dt key="retry">Retry of</dt>,
          <dd key="retry value">
            <a href={`#/jobs/${job.retry_of}`}>{job.retry_of.slice(0, 8)}</a>
          </dd>,
        ]}
        {Object.entries(job.metadata ?? {}).flatMap(([name, value]) => [
          <dt key={`m ${name}`}>
            <Foreign text={name} />
          </dt>,
          <dd key={`v ${name}`}>
            <a href={`#/jobs?metadata=${encodeURIComponent(pairOf(name, value))}`}>
              <Foreign text={value} />
            </a>
          </dd>,
        ])}
      </dl>
    </section>
  );
}

function Lines({ lines }: { readonly lines: readonly LogLine[] }) {
  if (lines.length === 0) return null;
  return (
    <section class="panel" aria-label="The model's log">
      <h2>Log</h2>
      <ol class="log">
        {lines.map(({ message, timestamp }, place) => (
          <li key={`${timestamp} ${place}`}>
            <Foreign text={message} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Json({ job }: { readonly job: Job }) {
  const { input, result, late_result, ...rest } = job;
  return (
    <section class="panel" aria-label="JSON">
      <div class="spread">
        <h2>JSON</h2>
        <CopyButton text={JSON.stringify(job, undefined, 2)} label="Copy all" />
      </div>
      <JsonTree name="request" value={input} />
      {result && <JsonTree name="result" value={result} />}
      {late_result && <JsonTree name="late result" value={late_result} />}
      <JsonTree name="job" value={rest} depth={2} />
    </section>
  );
}
