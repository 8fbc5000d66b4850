import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type BulkAction, BulkDialog } from "./bulk.tsx";
import { now } from "./clock.ts";
import { ago, count, duration, plural, timeOf, usd } from "./format.ts";
import {
  hasMore,
  hasPaused,
  isReading,
  JOBS_AT_ONCE,
  LIST_MAX_JOBS,
  listTrouble,
  openList,
  type Row,
  readAll,
  readMore,
  refreshList,
  rows,
  seenEndpoints,
  seenMetadata,
} from "./job-list.ts";
import { pairOf, splitPair } from "./pair.ts";
import { Empty, Foreign, Heading, Loading, StatusMark } from "./parts.tsx";
import { Poster, useVideoUrl } from "./player.tsx";
import { type Filter, linkTo, readFilter, replace, route } from "./route.ts";
import { readOnly, visible } from "./session.ts";
import { isOpen, STATUSES } from "./types.ts";
import { VirtualList } from "./virtual-list.tsx";

const REFRESH_MS = 5_000;
const CARD_PX = 230;
const CARD_ROW_PX = 224;
const ROW_PX = 44;
const PHONE_ROW_PX = 76;
const phone = matchMedia("(max-width: 700px)");

/** The screen of all jobs: found by filters, as a table or a gallery, and acted on together. */
export function Jobs() {
  const filter = readFilter(route.value.query);
  const address = linkTo({ ...filter, view: "table" });
  const selected = useSignal<ReadonlySet<string>>(new Set());
  const bulk = useSignal<BulkAction | undefined>(undefined);
  const isVisible = visible.value;
  useEffect(() => {
    selected.value = new Set();
    void openList(filter);
  }, [address]);
  useEffect(() => {
    if (!isVisible) return;
    void refreshList();
    const timer = setInterval(() => void refreshList(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [address, isVisible]);
  const set = (change: Partial<Filter>) => replace(linkTo({ ...filter, ...change }));
  return (
    <main class="jobs">
      <Heading class="unseen">Jobs</Heading>
      <Filters filter={filter} set={set} />
      <Codes filter={filter} set={set} />
      <Selection
        selected={selected}
        start={(action) => {
          bulk.value = action;
        }}
      />
      <List filter={filter} selected={selected} />
      {bulk.value && (
        <BulkDialog
          action={bulk.value}
          rows={rows.value.filter(({ id }) => selected.value.has(id))}
          close={() => {
            bulk.value = undefined;
            selected.value = new Set();
            void refreshList();
          }}
        />
      )}
    </main>
  );
}

interface FilterProps {
  readonly filter: Filter;
  readonly set: (change: Partial<Filter>) => void;
}

function Filters({ filter, set }: FilterProps) {
  const { statuses, endpoint, from, to, metadata, view } = filter;
  const isFiltered = linkTo({ ...filter, view: "table" }) !== "#/jobs";
  const addPair = (input: HTMLInputElement) => {
    const pair = input.value.trim();
    const key = splitPair(pair)?.[0];
    if (key === undefined) return;
    set({ metadata: [...metadata.filter((each) => splitPair(each)?.[0] !== key), pair] });
    input.value = "";
  };
  return (
    <section class="filters" aria-label="Filters">
      <div class="chips" role="group" aria-label="Status">
        {STATUSES.map((status) => (
          <button
            key={status}
            type="button"
            class="chip"
            aria-pressed={statuses.includes(status)}
            onClick={() =>
              set({
                statuses: statuses.includes(status)
                  ? statuses.filter((each) => each !== status)
                  : [...statuses, status],
              })
            }
          >
            {status}
          </button>
        ))}
      </div>
      <div class="spread">
        <details class="more" open={!phone.matches}>
          <summary>By model, metadata and day</summary>
          <div class="filter-fields">
            <label class="field slim">
              <span>Model</span>
              <input
                id="filter"
                list="seen-endpoints"
                value={endpoint}
                placeholder="any"
                onChange={({ currentTarget }) => set({ endpoint: currentTarget.value.trim() })}
              />
            </label>
            <label class="field slim">
              <span>Metadata</span>
              <input
                list="seen-metadata"
                placeholder="KEY=VALUE"
                onChange={({ currentTarget }) => addPair(currentTarget)}
                onKeyDown={({ key, currentTarget }) => key === "Enter" && addPair(currentTarget)}
              />
            </label>
            <label class="field slim">
              <span>From</span>
              <input type="date" value={from} onChange={({ currentTarget }) => set({ from: currentTarget.value })} />
            </label>
            <label class="field slim">
              <span>To</span>
              <input type="date" value={to} onChange={({ currentTarget }) => set({ to: currentTarget.value })} />
            </label>
          </div>
        </details>
        <div class="chips" role="group" aria-label="View">
          {(["table", "gallery"] as const).map((each) => (
            <button
              key={each}
              type="button"
              class="chip"
              aria-pressed={view === each}
              onClick={() => set({ view: each })}
            >
              {each}
            </button>
          ))}
        </div>
      </div>
      {(metadata.length > 0 || isFiltered) && (
        <div class="chips">
          {metadata.map((pair) => (
            <button
              key={pair}
              type="button"
              class="chip"
              aria-label={`Remove the filter ${pair}`}
              onClick={() => set({ metadata: metadata.filter((each) => each !== pair) })}
            >
              <Foreign class="clamp" text={pair} /> ×
            </button>
          ))}
          <button
            type="button"
            class="quiet small"
            onClick={() => replace(linkTo({ ...readFilter(new URLSearchParams()), view }))}
          >
            Clear all filters
          </button>
        </div>
      )}
      <datalist id="seen-endpoints">
        {seenEndpoints.value.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      <datalist id="seen-metadata">
        {seenMetadata.value.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </section>
  );
}

/** What failed, by its code. */
function Codes({ filter, set }: FilterProps) {
  const codes = useComputed(() => {
    const counts = new Map<string, number>();
    for (const { code, status } of rows.value)
      if (code && !isOpen({ status })) counts.set(code, (counts.get(code) ?? 0) + 1);
    return [...counts].sort(([, one], [, other]) => other - one);
  });
  if (codes.value.length === 0 && !filter.code) return null;
  return (
    <section class="chips codes" aria-label="Errors">
      {codes.value.map(([code, jobs]) => (
        <button
          key={code}
          type="button"
          class="chip bad-chip"
          aria-pressed={filter.code === code}
          onClick={() => set({ code: filter.code === code ? "" : code })}
        >
          {code} <b>{count(jobs)}</b>
        </button>
      ))}
      {filter.code && codes.value.length === 0 && (
        <button type="button" class="chip" aria-pressed={true} onClick={() => set({ code: "" })}>
          {filter.code} ×
        </button>
      )}
    </section>
  );
}

interface SelectionProps {
  readonly selected: { value: ReadonlySet<string> };
}

const ACTIONS: readonly BulkAction[] = ["retry", "cancel", "redeliver", "delete"];

function Selection({ selected, start }: SelectionProps & { readonly start: (action: BulkAction) => void }) {
  const isSelectingAll = useSignal(false);
  const size = selected.value.size;
  const shown = rows.value.length;
  const selectAll = async () => {
    isSelectingAll.value = true;
    if (await readAll()) selected.value = new Set(rows.value.map(({ id }) => id));
    isSelectingAll.value = false;
  };
  return (
    <div class="selection">
      <span role="status">
        {size > 0
          ? `${plural(size, "job")} selected`
          : `${count(shown)}${hasMore.value ? "+" : ""} ${shown === 1 ? "job" : "jobs"}`}
        {shown >= LIST_MAX_JOBS && `, the newest ${count(LIST_MAX_JOBS)}`}
      </span>
      {shown > 0 && !readOnly.value && (
        <div class="buttons">
          {size > 0 ? (
            <>
              {ACTIONS.map((action) => (
                <button key={action} type="button" class="small" onClick={() => start(action)}>
                  {action} …
                </button>
              ))}
              <button
                type="button"
                class="quiet small"
                onClick={() => {
                  selected.value = new Set();
                }}
              >
                Select none
              </button>
            </>
          ) : (
            <button type="button" class="quiet small" disabled={isSelectingAll.value} onClick={selectAll}>
              {isSelectingAll.value ? "Reading all …" : "Select all that match"}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function List({ filter, selected }: SelectionProps & { readonly filter: Filter }) {
  const isPhone = useSignal(phone.matches);
  const columns = useSignal(1);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const change = () => {
      isPhone.value = phone.matches;
      columns.value = Math.max(1, Math.floor((box.current?.clientWidth ?? CARD_PX) / CARD_PX));
    };
    change();
    addEventListener("resize", change);
    return () => removeEventListener("resize", change);
  }, []);
  const toggle = (id: string) => {
    const next = new Set(selected.value);
    if (!next.delete(id)) next.add(id);
    selected.value = next;
  };
  const all = rows.value;
  return (
    <div class="list" ref={box}>
      {listTrouble.value !== "" && (
        <p class="bad notice" role="alert">
          {listTrouble}{" "}
          <button
            type="button"
            class="small"
            onClick={() => void (all.length === 0 ? openList(filter) : refreshList())}
          >
            Try again
          </button>
        </p>
      )}
      {hasPaused.value && !isReading.value && (
        <p class="notice">
          None of {count(JOBS_AT_ONCE)} more jobs matches.{" "}
          <button type="button" class="small" onClick={() => void readMore()}>
            Look further back
          </button>
        </p>
      )}
      {all.length === 0 ? (
        isReading.value ? (
          <Loading what="the jobs" />
        ) : listTrouble.value !== "" || hasPaused.value ? null : linkTo({ ...filter, view: "table" }) === "#/jobs" ? (
          <Empty title="No jobs yet">
            <p>A sample picture and a prompt are one click away.</p>
            <a class="button primary" href="#/new">
              Create the first one
            </a>
          </Empty>
        ) : (
          <Empty title="No job matches">
            <p>Take a filter away, or choose another time.</p>
          </Empty>
        )
      ) : filter.view === "gallery" ? (
        <VirtualList
          isTable={false}
          label="Jobs"
          count={Math.ceil(all.length / columns.value)}
          rowPx={CARD_ROW_PX}
          more={() => void readMore()}
          row={(place) => (
            <div class="cards" style={{ gridTemplateColumns: `repeat(${columns.value}, 1fr)` }}>
              {all.slice(place * columns.value, (place + 1) * columns.value).map((row) => (
                <Card key={row.id} row={row} />
              ))}
            </div>
          )}
        />
      ) : (
        <VirtualList
          isTable
          label="Jobs"
          count={all.length}
          idOf={(place) => all[place]?.id}
          rowPx={isPhone.value ? PHONE_ROW_PX : ROW_PX}
          more={() => void readMore()}
          head={<TableHead />}
          row={(place) => {
            const row = all[place];
            return row && <TableRow row={row} isSelected={selected.value.has(row.id)} toggle={toggle} />;
          }}
        />
      )}
    </div>
  );
}

function TableHead() {
  return (
    <div role="rowgroup" class="table-head">
      <div role="row" aria-rowindex={1} class="cells">
        {["Select", "Status", "Prompt", "Metadata", "Created", "Took", "Cost"].map((name) => (
          <span key={name} role="columnheader" class={`cell-${name.toLowerCase()}`}>
            {name === "Select" ? <span class="unseen">{name}</span> : name}
          </span>
        ))}
      </div>
    </div>
  );
}

function TableRow(props: { readonly row: Row; readonly isSelected: boolean; readonly toggle: (id: string) => void }) {
  const { row, isSelected, toggle } = props;
  const name = row.prompt || row.endpoint;
  return (
    <div role="presentation" class={isSelected ? "cells selected" : "cells"}>
      <span role="cell" class="cell-select">
        {!readOnly.value && (
          <input
            type="checkbox"
            aria-label={`Select ${name.slice(0, 60)}`}
            checked={isSelected}
            onChange={() => toggle(row.id)}
          />
        )}
      </span>
      <span role="cell" class="cell-status">
        <StatusMark status={row.status} />
      </span>
      <span role="cell" class="cell-prompt">
        <a href={`#/jobs/${row.id}`}>
          <Foreign text={name} />
        </a>
        {row.code && !isOpen(row) && <code class="bad">{row.code}</code>}
      </span>
      <span role="cell" class="cell-metadata muted">
        <Foreign
          text={Object.entries(row.metadata)
            .map((pair) => pairOf(...pair))
            .join(" ")}
        />
      </span>
      <span role="cell" class="cell-created" title={timeOf(row.created_at)}>
        <Since at={row.created_at} />
      </span>
      <span role="cell" class="cell-took">
        {row.settled_at ? duration(Date.parse(row.settled_at) - Date.parse(row.created_at)) : "…"}
      </span>
      <span role="cell" class="cell-cost">
        {usd(row.usd)}
      </span>
    </div>
  );
}

function Since({ at }: { readonly at: string }) {
  const text = useComputed(() => ago(at, now.value));
  return <>{text}</>;
}

function Card({ row }: { readonly row: Row }) {
  const { url } = useVideoUrl(row.id, row.hasVideo);
  return (
    <a class="card" href={`#/jobs/${row.id}`}>
      <span class="poster">{url === undefined ? <StatusMark status={row.status} /> : <Poster url={url} />}</span>
      <Foreign class="clamp" text={row.prompt || row.endpoint} />
      <span class="muted">
        {row.status}
        {row.code && !isOpen(row) ? `: ${row.code}` : ""}, <Since at={row.created_at} />
      </span>
    </a>
  );
}
