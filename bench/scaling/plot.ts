/** A plot with lines. Values on a logarithmic axis are above 0. */
export interface Plot {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
}

interface Axis {
  readonly label: string;
  readonly isLogarithmic: boolean;
}

interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** A limit rather than something that was seen. */
  readonly isDashed?: boolean;
}

interface Scale {
  readonly ticks: readonly number[];
  place(value: number): number;
}

const size = { width: 640, height: 360 };
const area = { left: 64, right: 480, top: 40, bottom: 312 };
const colors = ["#1f6feb", "#d1242f", "#1a7f37", "#8250df", "#9a6700"];
const fewTicks = 6;

/** The plot as an SVG document. Equal plots give equal texts. */
export function drawPlot({ title, x, y, lines }: Plot): string {
  const points = lines.flatMap((line) => line.points);
  const across = openScale(
    x,
    points.map(([value]) => value),
    area.left,
    area.right,
  );
  const up = openScale(
    y,
    points.map(([, value]) => value),
    area.bottom,
    area.top,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escapeXml(title)}">`,
    "<style>text { font: 12px system-ui, sans-serif; fill: #59636e } .title { font-size: 14px; font-weight: 600 } .grid { stroke: #8c959f; stroke-opacity: 0.3 } .line { fill: none; stroke-width: 2 }</style>",
    text(area.left, 22, title, "start", "title"),
    ...across.ticks.flatMap((tick) => [
      `<path class="grid" d="M${round(across.place(tick))} ${area.top}V${area.bottom}"/>`,
      text(across.place(tick), area.bottom + 18, writeTick(tick), "middle"),
    ]),
    ...up.ticks.flatMap((tick) => [
      `<path class="grid" d="M${area.left} ${round(up.place(tick))}H${area.right}"/>`,
      text(area.left - 8, up.place(tick) + 4, writeTick(tick), "end"),
    ]),
    text((area.left + area.right) / 2, area.bottom + 40, x.label, "middle"),
    text(area.left - 8, area.top - 14, y.label, "end"),
    ...lines.flatMap((line, number) => drawLine(line, number, across, up)),
    "</svg>",
    "",
  ].join("\n");
}

function drawLine({ name, points, isDashed }: Line, number: number, across: Scale, up: Scale): readonly string[] {
  const color = colors[number % colors.length];
  const path = points.map(
    ([x, y], place) => `${place === 0 ? "M" : "L"}${round(across.place(x))} ${round(up.place(y))}`,
  );
  const dashes = isDashed ? ' stroke-dasharray="6 4"' : "";
  const top = area.top + 10 + number * 20;
  return [
    `<path class="line" stroke="${color}"${dashes} d="${path.join("")}"/>`,
    `<path class="line" stroke="${color}"${dashes} d="M${area.right + 12} ${top}h20"/>`,
    text(area.right + 38, top + 4, name, "start"),
  ];
}

function openScale({ isLogarithmic }: Axis, values: readonly number[], from: number, to: number): Scale {
  const ticks = isLogarithmic ? powersAround(values) : roundNumbersAround(values);
  const measure = (value: number) => (isLogarithmic ? Math.log10(value) : value);
  const [low, high] = [measure(ticks[0] ?? 0), measure(ticks.at(-1) ?? 1)];
  return { ticks, place: (value) => from + ((measure(value) - low) / (high - low)) * (to - from) };
}

/** Powers of ten from below the smallest value to above the largest. */
function powersAround(values: readonly number[]): readonly number[] {
  const low = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9));
  return Array.from({ length: high - low + 1 }, (_, step) => Number(`1e${low + step}`));
}

/** Multiples of 1, 2 or 5 times a power of ten from 0 to above the largest value. */
function roundNumbersAround(values: readonly number[]): readonly number[] {
  const max = Math.max(...values);
  const power = Number(`1e${Math.floor(Math.log10(max / fewTicks))}`);
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => max / each <= fewTicks) ?? max;
  return Array.from({ length: Math.ceil(max / step - 1e-9) + 1 }, (_, number) => number * step);
}

function text(x: number, y: number, words: string, anchor: string, name?: string): string {
  const css = name === undefined ? "" : ` class="${name}"`;
  return `<text${css} x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeXml(words)}</text>`;
}

function writeTick(value: number): string {
  return value >= 1 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(2)));
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escapeXml(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
