import { now } from "./clock.ts";
import { duration } from "./format.ts";
import { type Span, spansOf, type Typical } from "./spans.ts";
import { isOpen, type Job } from "./types.ts";

const LEAST_PERCENT = 0.6;

/** The job's timeline as bars: who had it, and for how long. Typical lengths are behind the bars. */
export function Waterfall({ job, typical }: { readonly job: Job; readonly typical: Typical }) {
  const spans = spansOf(job, typical);
  const start = Date.parse(job.created_at);
  const current = isOpen(job) ? now.value : start;
  const end = Math.max(
    current,
    start + 1,
    ...spans.flatMap(({ from, to, typicalMs }) => [to ?? current, from + (typicalMs ?? 0)]),
  );
  const percent = (ms: number) => Math.max(0, Math.min(100, ((ms - start) / (end - start)) * 100));
  return (
    <section class="panel" aria-label="Timeline">
      <div class="spread">
        <h2>Timeline</h2>
        <ul class="legend" aria-hidden="true">
          <li class="ours">this service</li>
          <li class="queue">fal's queue</li>
          <li class="fal">fal</li>
          <li class="ghost">typical</li>
        </ul>
      </div>
      <ol class="waterfall">
        {spans.map((span) => (
          <Bar key={`${span.name} ${span.from}`} span={span} until={current} percent={percent} />
        ))}
      </ol>
    </section>
  );
}

function Bar(props: { readonly span: Span; readonly until: number; readonly percent: (ms: number) => number }) {
  const { span, until, percent } = props;
  const { name, whose, by, from, to, isBad, typicalMs } = span;
  const end = Math.max(from, to ?? until);
  const left = percent(from);
  const width = Math.max(LEAST_PERCENT, percent(end) - left);
  return (
    <li>
      <span class="bar-name">
        {name} <span class="muted">by {by}</span>
      </span>
      <span class="track" aria-hidden="true">
        {typicalMs !== undefined && (
          <span class="bar ghost" style={{ left: `${left}%`, width: `${percent(from + typicalMs) - left}%` }} />
        )}
        <span
          class={`bar ${whose}${isBad ? " bad-bar" : ""}${to === undefined ? " going" : ""}`}
          style={{ left: `${Math.min(left, 100 - LEAST_PERCENT)}%`, width: `${width}%` }}
        />
      </span>
      <span class="bar-time">
        {duration(end - from)}
        {typicalMs !== undefined && <span class="unseen">, typically {duration(typicalMs)}</span>}
      </span>
    </li>
  );
}
