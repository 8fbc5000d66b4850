import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, wordsOf } from "./api.ts";
import { Chart } from "./chart.tsx";
import { count, duration, plural, usd } from "./format.ts";
import { Heading, Loading } from "./parts.tsx";
import { publicUrl, visible } from "./session.ts";
import type { Health, Usage } from "./types.ts";

const REFRESH_MS = 15_000;
const DAY_MS = 86_400_000;
const PERIODS = [7, 30, 90] as const;

/** The screen of what the key's owner has used, and of the service's health. */
export function Operate() {
  const days = useSignal<number>(30);
  const usage = useSignal<Usage | undefined>(undefined);
  const byEndpoint = useSignal<Usage | undefined>(undefined);
  const health = useSignal<Health | undefined>(undefined);
  const trouble = useSignal("");
  const isVisible = visible.value;
  const period = days.value;
  useEffect(() => {
    if (!isVisible) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    const read = async () => {
      try {
        const from = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - (period - 1) * DAY_MS).toISOString();
        const [byDay, endpoints] = await Promise.all(
          ["day", "endpoint"].map((group) => call<Usage>("GET", `/usage?from=${from}&group_by=${group}`, { signal })),
        );
        // It answers 503 with the same body while the table cannot be reached.
        health.value = await fetch(`${publicUrl}/health`, { signal, cache: "no-store" }).then((answer) =>
          answer.json(),
        );
        usage.value = byDay;
        byEndpoint.value = endpoints;
        trouble.value = "";
      } catch (error) {
        if (!signal.aborted) trouble.value = wordsOf(error);
      }
    };
    void read();
    const timer = setInterval(read, REFRESH_MS);
    return () => {
      clearInterval(timer);
      leaving.abort();
    };
  }, [isVisible, period]);
  return (
    <main class="operate">
      <div class="spread">
        <Heading>Operate</Heading>
        <div class="chips" role="group" aria-label="Period">
          {PERIODS.map((each) => (
            <button
              key={each}
              type="button"
              class="chip"
              aria-pressed={period === each}
              onClick={() => {
                days.value = each;
              }}
            >
              {each} days
            </button>
          ))}
        </div>
      </div>
      {trouble.value !== "" && (
        <p class="bad notice" role="alert">
          {trouble}
        </p>
      )}
      {health.value && <HealthPanel health={health.value} />}
      {usage.value ? (
        <UsagePanel usage={usage.value} days={period} />
      ) : (
        trouble.value === "" && <Loading what="usage" />
      )}
      {byEndpoint.value && <Models usage={byEndpoint.value} />}
    </main>
  );
}

const HEALTH_WORDS: Readonly<Record<string, string>> = {
  ok: "The service accepts jobs.",
  degraded: "The service accepts jobs, but they wait.",
  down: "The service cannot store jobs.",
};

function HealthPanel({ health }: { readonly health: Health }) {
  return (
    <section class="panel" aria-label="Health">
      <p>
        <span class={health.status === "ok" ? "status succeeded" : "status failed"}>{health.status}</span>{" "}
        {HEALTH_WORDS[health.status]}
      </p>
      <p class="muted">
        Table: {health.table}. Key for fal: {health.fal_key}.
      </p>
    </section>
  );
}

function UsagePanel({ usage, days }: { readonly usage: Usage; readonly days: number }) {
  const { total, groups = [] } = usage;
  const { seconds_to_terminal: times } = total;
  const { budget } = usage;
  const figures: readonly (readonly [string, string, string])[] = [
    ["Jobs", count(total.jobs), `${count(total.open)} open`],
    [
      "Succeeded",
      count(total.succeeded),
      `${count(total.failed)} failed, ${count(total.canceled + total.expired)} canceled or expired`,
    ],
    [
      "Cost",
      usd(total.estimated_usd),
      `${plural(total.billed.yes, "render")} billed${total.billed.unknown > 0 ? `, ${total.billed.unknown} unknown` : ""}`,
    ],
    ...(budget
      ? ([["Budget today", usd(budget.limit_usd - budget.spent_usd), `left of ${usd(budget.limit_usd)}`]] as const)
      : []),
    [
      "Typical time",
      times ? duration(times.p50 * 1_000) : "–",
      times ? `19 of 20 within ${duration(times.p95 * 1_000)}` : "no job has settled",
    ],
    ["Video", duration(total.video_seconds * 1_000), "in all"],
  ];
  return (
    <>
      <ul class="figures">
        {figures.map(([name, value, more]) => (
          <li key={name} class="panel">
            <span class="muted">{name}</span>
            <b>{value}</b>
            <span class="muted">{more}</span>
          </li>
        ))}
      </ul>
      <Chart groups={groups} days={days} until={usage.to} />
    </>
  );
}

function Models({ usage: { groups = [] } }: { readonly usage: Usage }) {
  if (groups.length === 0) return null;
  return (
    <section class="panel scroll" aria-label="By model">
      <h2>By model</h2>
      <table>
        <thead>
          <tr>
            {["Model", "Jobs", "Succeeded", "Failed", "Typical time", "Cost"].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group.endpoint}>
              <th scope="row">
                <a href={`#/jobs?endpoint=${encodeURIComponent(group.endpoint ?? "")}`}>{group.endpoint}</a>
              </th>
              <td>{count(group.jobs)}</td>
              <td>{count(group.succeeded)}</td>
              <td>{count(group.failed)}</td>
              <td>{group.seconds_to_terminal ? duration(group.seconds_to_terminal.p50 * 1_000) : "–"}</td>
              <td>{usd(group.estimated_usd)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
