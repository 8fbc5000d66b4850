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
  const before = useRef(idOf);
  const focused = box.current?.contains(document.activeElement) ? document.activeElement : null;
  const focusedId = before.current(placeOf(focused));
  const top = Math.floor(view.top / rowPx);
  useLayoutEffect(() => {
    const element = box.current;
    const moved = top > 0 ? distanceOf(top, before.current(top), idOf) : 0;
    before.current = idOf;
    if (!element) return;
    if (moved !== 0) element.scrollTop += moved * rowPx;
    if (focusedId === undefined || idOf(placeOf(focused)) === focusedId) return;
    // The element shows another row now. If the old one is not on the screen any more, none has the focus.
    const row = element.querySelector(`[data-place="${places.find((place) => idOf(place) === focusedId)}"]`);
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

function placeOf(element: Element | null): number {
  return Number(element?.closest<HTMLElement>("[data-place]")?.dataset.place ?? Number.NaN);
}

/** By how many places the row with the id has moved, as far as it is worth looking. */
function distanceOf(place: number, id: string | undefined, idOf: (place: number) => string | undefined): number {
  for (let step = 0; id !== undefined && step <= SEARCHED_ROWS; step++) {
    if (idOf(place + step) === id) return step;
    if (idOf(place - step) === id) return -step;
  }
  return 0;
}

function moveFocus(event: KeyboardEvent, box: HTMLElement | null, rowPx: number): void {
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  const place = placeOf(document.activeElement);
  if (!step || !box || Number.isNaN(place) || document.activeElement instanceof HTMLSelectElement) return;
  const next = box.querySelector<HTMLElement>(`[data-place="${place + step}"] a`);
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  const top = (place + step) * rowPx;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + 2 * rowPx > box.scrollTop + box.clientHeight) box.scrollTop = top + 2 * rowPx - box.clientHeight;
}
