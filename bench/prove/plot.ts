import type { Result } from "./run.ts";

const width = 900;
const labelWidth = 330;
const barsWidth = 360;
const rowHeight = 34;
const barHeight = 20;
const top = 76;
const colors = { kept: "#2f7d4f", wasted: "#c2452d", text: "#1f2328", soft: "#656d76" };

/**
 * The results as a bar chart in SVG: for each client, what fal bills per job wanted, split into renders whose video
 * arrived and renders whose video nobody has.
 */
export function drawPlot(results: readonly Result[], caption: string): string {
  const height = top + results.length * rowHeight + 44;
  const most = Math.max(1, ...results.map(({ renders, jobs }) => renders / jobs));
  const scale = (value: number) => (value / most) * barsWidth;
  const oneX = labelWidth + scale(1);
  const bottom = top + results.length * rowHeight;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>Renders that fal bills per job wanted, by client</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(16, 26, "Renders that fal bills per job wanted", { size: 16, weight: 600 }),
    legend(16, 46, colors.kept, "its video arrived"),
    legend(160, 46, colors.wasted, "paid for, and nobody has the video"),
    text(labelWidth + barsWidth + 4, 56, "lost · told wrongly · forged believed", { color: colors.soft, size: 11 }),
    `<line x1="${oneX}" x2="${oneX}" y1="${top - 8}" y2="${bottom}" stroke="${colors.soft}" stroke-dasharray="3 3"/>`,
    text(oneX - 9, bottom + 14, "1.0", { color: colors.soft, size: 11 }),
    ...results.flatMap((result, index) => drawRow(result, top + index * rowHeight, scale)),
    text(16, height - 10, caption, { color: colors.soft, size: 11 }),
    "</svg>\n",
  ].join("\n");
}

function drawRow(result: Result, y: number, scale: (value: number) => number): string[] {
  const { client, through_us, jobs, renders, delivered, lost, told_wrongly, forged_believed } = result;
  const label = through_us ? `fal-jobs: ${client}` : client;
  const kept = scale(delivered / jobs);
  const wasted = scale((renders - delivered) / jobs);
  const baseline = y + barHeight - 5;
  return [
    text(16, baseline, label, { weight: through_us ? 600 : 400 }),
    `<rect x="${labelWidth}" y="${y}" width="${kept.toFixed(1)}" height="${barHeight}" fill="${colors.kept}"/>`,
    `<rect x="${(labelWidth + kept).toFixed(1)}" y="${y}" width="${wasted.toFixed(1)}" height="${barHeight}" fill="${colors.wasted}"/>`,
    text(labelWidth + kept + wasted + 6, baseline, (renders / jobs).toFixed(2), { size: 12 }),
    text(labelWidth + barsWidth + 70, baseline, `${lost} · ${told_wrongly} · ${forged_believed}`, { size: 12 }),
  ];
}

function legend(x: number, y: number, color: string, words: string): string {
  return `<rect x="${x}" y="${y}" width="12" height="12" fill="${color}"/>${text(x + 18, y + 11, words, { size: 12 })}`;
}

interface Look {
  readonly color?: string;
  readonly size?: number;
  readonly weight?: number;
}

function text(
  x: number,
  y: number,
  words: string,
  { color = colors.text, size = 13, weight = 400 }: Look = {},
): string {
  const escaped = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y}" fill="${color}" font-size="${size}" font-weight="${weight}">${escaped}</text>`;
}
