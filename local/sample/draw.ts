import { writeFile } from "node:fs/promises";
import sharp from "sharp";

/** Draws the sample image, a lighthouse at dusk, beside this script: `node --import tsx local/sample/draw.ts`. */
const width = 1280;
const height = 720;
const horizonPx = 470;

/** A small linear congruential generator, so that the picture is the same on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

const random = randomFrom(14);

function drawStars(): string {
  return Array.from({ length: 90 }, () => {
    const y = random() ** 1.6 * 260;
    const opacity = (1 - y / 280) * (0.3 + 0.7 * random());
    return `<circle cx="${random() * width}" cy="${y}" r="${0.5 + random() * 1.1}" fill="#fff" opacity="${opacity}"/>`;
  }).join("");
}

function drawCloud(x: number, y: number, length: number, colour: string): string {
  return Array.from({ length: 14 }, () => {
    const along = (random() - 0.5) * length;
    const rx = 40 + random() * 90;
    return `<ellipse cx="${x + along}" cy="${y + (random() - 0.5) * 16}" rx="${rx}" ry="${4 + random() * 9}" fill="${colour}" opacity=".38"/>`;
  }).join("");
}

function drawWaves(): string {
  return Array.from({ length: 420 }, () => {
    const depth = random() ** 1.4;
    const y = horizonPx + 4 + depth * (height - horizonPx);
    const length = 10 + depth * 90 * random();
    const x = random() * width;
    const nearSun = Math.exp(-(((x - 400) / (60 + depth * 190)) ** 2));
    const colour = random() < nearSun ? "#ffd9a0" : random() < 0.5 ? "#8a6a8c" : "#16223f";
    return `<ellipse cx="${x}" cy="${y}" rx="${length / 2}" ry="${0.6 + depth * 1.9}" fill="${colour}" opacity="${0.22 + 0.55 * nearSun}"/>`;
  }).join("");
}

function drawGulls(): string {
  const gulls: readonly (readonly [number, number, number])[] = [
    [610, 290, 17],
    [668, 262, 12],
    [560, 262, 10],
    [716, 290, 9],
  ];
  return gulls
    .map(
      ([x, y, r]) =>
        `<path d="M${x - r * 1.6} ${y - r * 0.2}q${r * 0.8} ${-r * 0.8} ${r * 1.6} ${r * 0.35}q${r * 0.8} ${-r * 1.15} ${r * 1.6} ${-r * 0.3}" stroke="#2a2440" stroke-width="${r / 6}" fill="none" stroke-linecap="round"/>`,
    )
    .join("");
}

function drawRocks(): string {
  return `
    <path d="M700 720 L735 640 L790 610 L830 560 L880 548 L915 520 L985 512 L1060 500 L1130 512 L1196 516 L1236 546 L1280 540 V720Z" fill="url(#rock)"/>
    <path d="M735 640 L790 610 L830 560 L880 548 L870 590 L812 640 L790 720 L700 720Z" fill="#6d4a56" opacity=".55"/>
    <path d="M880 548 L915 520 L985 512 L960 560 L905 600 L870 590Z" fill="#8a5c5c" opacity=".5"/>
    <path d="M985 512 L1060 500 L1130 512 L1090 560 L1010 580 L960 560Z" fill="#4a3a50" opacity=".7"/>
    <path d="M812 640 L905 600 L960 640 L930 720 L790 720Z" fill="#3a2b40" opacity=".8"/>
    <path d="M960 560 L1010 580 L1090 560 L1140 640 L1040 690 L960 640Z" fill="#2c2338" opacity=".7"/>
    <path d="M696 720 q40 -26 84 -12 t90 -6 t110 4 t120 -2 t180 6 V720Z" fill="#e9c9b4" opacity=".35"/>`;
}

function drawTower(): string {
  const band = (top: number, bottom: number) => {
    const half = (y: number) => 34 + ((y - 190) / 320) * 24;
    return `<path d="M${1030 - half(top)} ${top} L${1030 + half(top)} ${top} L${1030 + half(bottom)} ${bottom} L${1030 - half(bottom)} ${bottom}Z" fill="#b5352f"/>`;
  };
  return `
    <path d="M996 190 L1064 190 L1088 512 L972 512Z" fill="#f3e3d2"/>
    ${band(230, 285)}${band(340, 395)}${band(450, 505)}
    <path d="M996 190 L1064 190 L1088 512 L972 512Z" fill="url(#round)"/>
    <rect x="1022" y="302" width="15" height="24" rx="7" fill="#ffcf7a"/><rect x="1023" y="414" width="16" height="24" rx="8" fill="#ffcf7a"/>
    <rect x="982" y="178" width="96" height="14" rx="3" fill="#2a2438"/>
    <path d="M986 178 V160 M1002 178 V160 M1018 178 V160 M1042 178 V160 M1058 178 V160 M1074 178 V160 M984 161 H1076" stroke="#2a2438" stroke-width="3"/>
    <rect x="1006" y="128" width="48" height="50" fill="#ffe9ac"/><rect x="1006" y="128" width="48" height="50" fill="url(#lamp)"/>
    <path d="M1006 128 V178 M1022 128 V178 M1038 128 V178 M1054 128 V178" stroke="#3a2d40" stroke-width="3"/>
    <path d="M998 130 Q1030 72 1062 130Z" fill="#8f2a2a"/><path d="M1030 92 V66" stroke="#2a2438" stroke-width="4"/><circle cx="1030" cy="66" r="5" fill="#2a2438"/>
    <path d="M1096 512 V462 L1136 436 L1178 462 V516Z" fill="#e6d2c2"/><path d="M1088 466 L1136 432 L1186 466Z" fill="#7a2b2c"/>
    <rect x="1112" y="474" width="14" height="18" fill="#ffcf7a"/><rect x="1146" y="474" width="14" height="18" fill="#ffcf7a"/>`;
}

const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
  <defs>
    <linearGradient id="sky" x2="0" y2="1"><stop stop-color="#14204a"/><stop offset=".38" stop-color="#51407f"/><stop offset=".66" stop-color="#c9607a"/><stop offset=".86" stop-color="#f79a5f"/><stop offset="1" stop-color="#ffd08a"/></linearGradient>
    <linearGradient id="sea" x2="0" y2="1"><stop stop-color="#d98a78"/><stop offset=".18" stop-color="#7d5680"/><stop offset=".6" stop-color="#2b3160"/><stop offset="1" stop-color="#121a38"/></linearGradient>
    <radialGradient id="sun"><stop stop-color="#fff6d8"/><stop offset=".18" stop-color="#ffe2a0"/><stop offset=".4" stop-color="#ffb066" stop-opacity=".55"/><stop offset="1" stop-color="#ff9050" stop-opacity="0"/></radialGradient>
    <radialGradient id="lamp"><stop stop-color="#fff"/><stop offset="1" stop-color="#ffd680" stop-opacity=".2"/></radialGradient>
    <radialGradient id="glow"><stop stop-color="#fff0c0" stop-opacity=".9"/><stop offset=".3" stop-color="#ffdf90" stop-opacity=".35"/><stop offset="1" stop-color="#ffd070" stop-opacity="0"/></radialGradient>
    <linearGradient id="beam" x1="1" x2="0"><stop stop-color="#fff2c8" stop-opacity=".75"/><stop offset="1" stop-color="#fff2c8" stop-opacity="0"/></linearGradient>
    <linearGradient id="beamRight"><stop stop-color="#fff2c8" stop-opacity=".6"/><stop offset="1" stop-color="#fff2c8" stop-opacity="0"/></linearGradient>
    <linearGradient id="round"><stop stop-color="#ffb070" stop-opacity=".25"/><stop offset=".35" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#1a1434" stop-opacity=".62"/></linearGradient>
    <linearGradient id="rock" x2="0" y2="1"><stop stop-color="#5a4154"/><stop offset="1" stop-color="#1c172c"/></linearGradient>
    <linearGradient id="path" x2="0" y2="1"><stop stop-color="#ffdca0" stop-opacity=".75"/><stop offset=".7" stop-color="#ffc080" stop-opacity=".15"/><stop offset="1" stop-color="#ffc080" stop-opacity="0"/></linearGradient>
    <filter id="soft"><feGaussianBlur stdDeviation="7"/></filter><filter id="softer"><feGaussianBlur stdDeviation="3"/></filter>
  </defs>
  <rect width="${width}" height="${horizonPx + 2}" fill="url(#sky)"/>${drawStars()}
  <circle cx="400" cy="${horizonPx - 20}" r="330" fill="url(#sun)"/><circle cx="400" cy="${horizonPx - 26}" r="46" fill="#fff3cf"/>
  <g filter="url(#soft)">${drawCloud(300, 300, 620, "#f0a080")}${drawCloud(760, 240, 560, "#a5608c")}${drawCloud(560, 380, 820, "#ffb980")}${drawCloud(1120, 330, 380, "#c06a80")}</g>
  <path d="M0 ${horizonPx} V448 Q90 428 170 446 T330 458 T420 ${horizonPx}Z" fill="#5d4470" opacity=".75"/>
  <rect y="${horizonPx}" width="${width}" height="${height - horizonPx}" fill="url(#sea)"/>
  <g filter="url(#softer)"><path d="M354 ${horizonPx} H446 L560 720 H240Z" fill="url(#path)"/></g>${drawWaves()}
  ${drawGulls()}${drawRocks()}${drawTower()}
  <g filter="url(#softer)"><path d="M1012 150 L200 70 L200 236 L1012 160Z" fill="url(#beam)"/><path d="M1048 150 L1280 118 V196 L1048 160Z" fill="url(#beamRight)"/></g>
  <circle cx="1030" cy="154" r="120" fill="url(#glow)"/>
</svg>`;

const jpeg = await sharp(Buffer.from(drawing)).jpeg({ quality: 84, mozjpeg: true }).toBuffer();
await writeFile(new URL("sample.jpg", import.meta.url), jpeg);
