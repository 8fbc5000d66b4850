import { parentPort, workerData } from "node:worker_threads";
import hme from "h264-mp4-encoder";
import sharp, { type OutputInfo } from "sharp";
import { drawLabel } from "./label.ts";
import { frameCount, frameRate, type RenderOrder } from "./render.ts";

const zoom = 1.18;
const labelMarginPx = 20;

// The thread's whole life: one film from `workerData`, posted back; undefined for an image that cannot be read.
const order: RenderOrder = workerData;
const canvas = await paintCanvas(order).catch(() => undefined);
parentPort?.postMessage(canvas && (await renderFilm(canvas, order)));

async function renderFilm(canvas: Canvas, { width, height }: RenderOrder): Promise<Uint8Array> {
  const label = await sharp(drawLabel()).png().toBuffer();
  const encoder = await hme.createH264MP4Encoder();
  Object.assign(encoder, {
    width,
    height,
    frameRate,
    quantizationParameter: 30,
    speed: 10,
    groupOfPictures: frameCount,
  });
  encoder.initialize();
  for (let frame = 0; frame < frameCount; frame++) {
    const view = await sharp(canvas.data, { raw: canvas.info })
      .extract(viewOf(frame, canvas.info, { width, height }))
      .resize(width, height, { kernel: "linear" })
      .composite([{ input: label, left: labelMarginPx, top: height - labelMarginPx - 51 }])
      .raw()
      .toBuffer();
    encoder.addFrameRgba(view);
  }
  encoder.finalize();
  const film = encoder.FS.readFile(encoder.outputFilename, { encoding: "binary" });
  encoder.delete();
  return film;
}

type Canvas = { readonly data: Buffer; readonly info: OutputInfo };

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The caller's image, upright and covering a canvas a little larger than the frame, around its most salient part. */
function paintCanvas({ image, width, height }: RenderOrder): Promise<Canvas> {
  return sharp(image)
    .autoOrient()
    .resize(even(width * zoom), even(height * zoom), { fit: "cover", position: sharp.strategy.attention })
    .flatten({ background: "#fff" })
    .toColourspace("srgb")
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
}

/** The part of the canvas that a frame shows: the view narrows and drifts from the upper left towards the middle. */
function viewOf(frame: number, canvas: Size, size: Size) {
  const progress = frame / (frameCount - 1);
  const scale = zoom + (1 - zoom) * progress;
  const width = Math.min(canvas.width, Math.round(size.width * scale));
  const height = Math.min(canvas.height, Math.round(size.height * scale));
  const drift = 0.5 * progress;
  return {
    left: Math.round((canvas.width - width) * drift),
    top: Math.round((canvas.height - height) * drift),
    width,
    height,
  };
}

function even(pixels: number): number {
  return 2 * Math.round(pixels / 2);
}
