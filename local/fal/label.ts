const glyphRows = 9;
const glyphs: Readonly<Record<string, readonly string[]>> = {
  "1": ["..#..", ".##..", "..#..", "..#..", "..#..", "..#..", ".###."],
  "4": ["...#.", "..##.", ".#.#.", "#..#.", "#####", "...#.", "...#."],
  B: ["####.", "#...#", "#...#", "####.", "#...#", "#...#", "####."],
  L: ["#....", "#....", "#....", "#....", "#....", "#....", "#####"],
  a: [".....", ".....", ".###.", "....#", ".####", "#...#", ".####"],
  c: [".....", ".....", ".####", "#....", "#....", "#....", ".####"],
  d: ["....#", "....#", ".####", "#...#", "#...#", "#...#", ".####"],
  e: [".....", ".....", ".###.", "#...#", "#####", "#....", ".###."],
  i: ["..#..", ".....", ".##..", "..#..", "..#..", "..#..", ".###."],
  n: [".....", ".....", "####.", "#...#", "#...#", "#...#", "#...#"],
  o: [".....", ".....", ".###.", "#...#", "#...#", "#...#", ".###."],
  r: [".....", ".....", "#.##.", "##...", "#....", "#....", "#...."],
  s: [".....", ".....", ".####", "#....", ".###.", "....#", "####."],
  t: [".#...", ".#...", "####.", ".#...", ".#...", ".#...", "..##."],
  u: [".....", ".....", "#...#", "#...#", "#...#", "#...#", ".####"],
  y: [".....", ".....", "#...#", "#...#", "#...#", "#...#", ".####", "....#", ".###."],
  "-": [".....", ".....", ".....", "#####", ".....", ".....", "....."],
  "·": [".....", ".....", ".....", "..#..", ".....", ".....", "....."],
  " ": [],
};

const labelText = "stand-in render · not Lucy 14B";
const dotPx = 3;
const advanceDots = 6;
const marginDots = 4;

/**
 * The label burnt into every frame, as an SVG of plain squares: a bare machine has no fonts and sharp would draw none.
 */
export function drawLabel(): Buffer {
  const width = labelText.length * advanceDots - 1 + 2 * marginDots;
  const height = glyphRows + 2 * marginDots;
  const path = [...labelText].map((letter, place) => drawGlyph(letter, marginDots + place * advanceDots)).join("");
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width * dotPx}" height="${height * dotPx}" viewBox="0 0 ${width} ${height}">` +
      `<rect width="${width}" height="${height}" rx="3" fill="#000" fill-opacity=".6"/><path fill="#fff" d="${path}"/></svg>`,
  );
}

function drawGlyph(letter: string, left: number): string {
  const rows = glyphs[letter] ?? [];
  return rows
    .flatMap((row, y) => [...row].map((dot, x) => (dot === "#" ? `M${left + x} ${marginDots + y}h1v1h-1z` : "")))
    .join("");
}
