import { createHash } from "node:crypto";
import { Worker } from "node:worker_threads";
import pLimit from "p-limit";
import type { Media } from "./media.ts";

/** The input of a render thread: an image in any format that sharp reads, and the frame in pixels. */
export interface RenderOrder {
  readonly image: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Frames per second of every film. */
export const frameRate = 12;
/** Frames of every film. */
export const frameCount = 30;
/** How long every film is. */
export const filmSeconds = frameCount / frameRate;

/** The shapes of films. */
export type Aspect = "16:9" | "9:16";

/** The model's stand-in. */
export interface Renderer {
  /**
   * Turns an image into an H.264 MP4 of the wanted shape and stores it; returns the stored file's name. The same image
   * and shape are rendered once. Undefined when the image cannot be read.
   */
  film(image: Uint8Array, aspect: Aspect): Promise<string | undefined>;
}

const frames = { "16:9": { width: 1280, height: 720 }, "9:16": { width: 720, height: 1280 } } as const;
const parallelRenders = 2;

/** Makes a renderer that keeps its films in `media`. */
export function createRenderer(media: Media, signal: AbortSignal): Renderer {
  const turn = pLimit(parallelRenders);
  const underWay = new Map<string, Promise<string | undefined>>();
  const renderOnce = async (name: string, order: RenderOrder) => {
    if (await media.find(name)) return name;
    const bytes = await turn(() => renderInThread(order, signal));
    if (!bytes) return undefined;
    await media.save(name, { bytes, contentType: "video/mp4" });
    return name;
  };
  return {
    film: (image, aspect) => {
      const name = nameFilm(image, aspect);
      const film =
        underWay.get(name) ?? renderOnce(name, { image, ...frames[aspect] }).finally(() => underWay.delete(name));
      underWay.set(name, film);
      return film;
    },
  };
}

/** The name of the stored film of an image. */
export function nameFilm(image: Uint8Array, aspect: Aspect): string {
  return `${createHash("sha256").update(image).digest("hex").slice(0, 24)}-${aspect.replace(":", "x")}.mp4`;
}

/** One thread per film: the server stays responsive, and the thread leaves nothing behind. */
function renderInThread(order: RenderOrder, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const worker = new Worker(new URL("./render-thread.mjs", import.meta.url), { workerData: order });
  const stop = () => void worker.terminate();
  signal.addEventListener("abort", stop, { once: true });
  return new Promise<Uint8Array | undefined>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("The render thread ended without a film.")));
  }).finally(() => signal.removeEventListener("abort", stop));
}
