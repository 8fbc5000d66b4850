import { count, dayOf, usd } from "./format.ts";
import type { Usage } from "./types.ts";

type Group = NonNullable<Usage["groups"]>[number];

const OUTCOMES = ["succeeded", "failed", "canceled", "expired", "open"] as const;
const WIDTH = 720;
const HEIGHT = 160;
const GAP = 2;
const DAY_MS = 86_400_000;

/** Jobs by the day of their creation and by outcome: bars, and the same as a table. */
export function Chart({
  groups,
  days,
  until,
}: {
  readonly groups: readonly Group[];
  readonly days: number;
  readonly until: string;
}) {
  const byDay = new Map(groups.map((group) => [group.day, group]));
  const last = Math.floor((Date.parse(until) - 1) / DAY_MS);
  const columns = Array.from({ length: days }, (_, place) =>
    new Date((last - days + 1 + place) * DAY_MS).toISOString().slice(0, 10),
  );
  const most = Math.max(1, ...groups.map(({ jobs }) => jobs));
  const step = WIDTH / days;
  const total = groups.reduce((sum, { jobs }) => sum + jobs, 0);
  return (
    <section class="panel" aria-label="Jobs by day">
      <div class="spread">
        <h2>Jobs by day</h2>
        <ul class="legend" aria-hidden="true">
          {OUTCOMES.map((outcome) => (
            <li key={outcome} class={`fill-${outcome}`}>
              {outcome}
            </li>
          ))}
        </ul>
      </div>
      <svg
        class="chart"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${count(total)} jobs in ${days} days, at most ${count(most)} a day. The table below has each day.`}
      >
        <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        {columns.map((day, place) => {
          const group = byDay.get(day);
          let top = HEIGHT;
          return (
            group &&
            OUTCOMES.map((outcome) => {
              const height = (group[outcome] / most) * (HEIGHT - GAP);
              top -= height;
              return (
                height > 0 && (
                  <rect
                    key={`${day} ${outcome}`}
                    class={`fill-${outcome}`}
                    x={place * step + GAP / 2}
                    y={top}
                    width={Math.max(1, step - GAP)}
                    height={height}
                  >
                    <title>{`${dayOf(day)}: ${count(group[outcome])} ${outcome}`}</title>
                  </rect>
                )
              );
            })
          );
        })}
      </svg>
      <p class="spread muted small-text">
        <span>{dayOf(columns[0] ?? until)}</span>
        <span>{dayOf(until)}</span>
      </p>
      <details>
        <summary>As a table</summary>
        <div class="scroll">
          <table>
            <thead>
              <tr>
                {["Day (UTC)", "Jobs", ...OUTCOMES, "Cost"].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {groups.map((group) => (
                <tr key={group.day}>
                  <th scope="row">{dayOf(group.day ?? until)}</th>
                  <td>{count(group.jobs)}</td>
                  {OUTCOMES.map((outcome) => (
                    <td key={outcome}>{count(group[outcome])}</td>
                  ))}
                  <td>{usd(group.estimated_usd)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
}
