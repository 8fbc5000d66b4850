import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

const EXTRA_ROWS = 6;
const SEARCHED_ROWS = 200;

/** A list of any length in which only the rows on the screen exist. Arrow keys move from row to row. */
export function VirtualList(props: {
  readonly count: number;
  readonly rowPx: number;
  readonly label: string;
  readonly row: (place: number) => ComponentChildren;
  /** Called when the end comes near. */
  readonly more: () => void;
  /** In front of the rows, with the role `row`. */
  readonly head?: ComponentChildren;
  readonly isTable: boolean;
  /** What stays the same of a row that changes its place: the focus and the view stay with it. */
  readonly idOf?: (place: number) => string | undefined;
}) {
  const { idOf = () => undefined, count, rowPx, label, row, more, head, isTable } = props;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const measure = () => {
    const element = box.current;
    if (element) setView({ top: Math.floor(element.scrollTop / rowPx) * rowPx, height: element.clientHeight });
  };
  useLayoutEffect(() => {
    measure();
    const observer = new ResizeObserver(measure);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, [rowPx]);
  const focused = box.current?.contains(document.activeElement) ? document.activeElement : null;
  const focusedId = focused?.closest<HTMLElement>("[data-id]")?.dataset.id;
  const anchor = useRef<{ readonly place: number; readonly id: string | undefined }>({ place: 0, id: undefined });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const moved = element.scrollTop > 0 ? distanceOf(anchor.current, idOf) : 0;
    if (moved !== 0) element.scrollTop += moved * rowPx;
    const place = Math.floor(element.scrollTop / rowPx);
    anchor.current = { place, id: idOf(place) };
    if (focusedId === undefined || focused?.closest<HTMLElement>("[data-id]")?.dataset.id === focusedId) return;
    // The element shows another row now. If the old one is not on the screen any more, none has the focus.
    const row = element.querySelector(`[data-id="${focusedId}"]`);
    (row?.querySelector<HTMLElement>(focused?.tagName ?? "a") ?? element).focus({ preventScroll: true });
  });
  const first = Math.max(0, Math.floor(view.top / rowPx) - EXTRA_ROWS);
  const last = Math.min(count, Math.ceil((view.top + view.height) / rowPx) + EXTRA_ROWS);
  useLayoutEffect(() => {
    if (last >= count) more();
  }, [last, count]);
  // As many elements as fit: the same ones show other rows when the list is scrolled.
  const elements = Math.ceil(view.height / rowPx) + 2 * EXTRA_ROWS + 2;
  const places = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
  return (
    <div
      ref={box}
      class="virtual"
      tabIndex={-1}
      onScroll={measure}
      onKeyDown={(event) => moveFocus(event, box.current, rowPx)}
      {...(isTable
        ? { role: "table", "aria-label": label, "aria-rowcount": count + 1 }
        : { role: "group", "aria-label": label })}
    >
      {head}
      <div {...(isTable && { role: "rowgroup" })} class="rows" style={{ height: `${count * rowPx}px` }}>
        {places.map((place) => (
          <div
            key={place % elements}
            class="row-place"
            data-place={place}
            data-id={idOf(place)}
            {...(isTable && { role: "row", "aria-rowindex": place + 2 })}
            style={{ transform: `translateY(${place * rowPx}px)`, height: `${rowPx}px` }}
          >
            {row(place)}
          </div>
        ))}
      </div>
    </div>
  );
}

/** By how many places the row has moved, as far as it is worth looking. */
function distanceOf(
  { place, id }: { readonly place: number; readonly id: string | undefined },
  idOf: (place: number) => string | undefined,
): number {
  if (id === undefined) return 0;
  for (let step = 0; step <= SEARCHED_ROWS; step++) {
    if (idOf(place + step) === id) return step;
    if (idOf(place - step) === id) return -step;
  }
  return 0;
}

function moveFocus(event: KeyboardEvent, box: HTMLElement | null, rowPx: number): void {
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  const place = Number(document.activeElement?.closest<HTMLElement>("[data-place]")?.dataset.place ?? Number.NaN);
  if (!step || !box || Number.isNaN(place) || document.activeElement instanceof HTMLSelectElement) return;
  const next = box.querySelector<HTMLElement>(`[data-place="${place + step}"] a`);
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  const top = (place + step) * rowPx;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + 2 * rowPx > box.scrollTop + box.clientHeight) box.scrollTop = top + 2 * rowPx - box.clientHeight;
}
