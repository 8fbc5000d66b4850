/** A picture that was chosen, with its address in this page. */
export interface Picture {
  readonly file: File;
  readonly preview: string;
  readonly width: number;
  readonly height: number;
}

const SAMPLE_WIDTH = 1280;
const SAMPLE_HEIGHT = 720;

/** Reads a picture's size. Throws if the browser cannot show it. */
export async function readPicture(file: File): Promise<Picture> {
  const preview = URL.createObjectURL(file);
  const image = new Image();
  image.src = preview;
  try {
    await image.decode();
  } catch {
    URL.revokeObjectURL(preview);
    throw new Error("This file is not a picture that can be used. Choose a PNG, JPEG or WebP file.");
  }
  return { file, preview, width: image.naturalWidth, height: image.naturalHeight };
}

/** The part of a picture that a video of this aspect ratio (such as `16:9`) shows, in percent of the picture. */
export function cropOf({ width, height }: Picture, aspectRatio: string) {
  const [across = 16, down = 9] = aspectRatio.split(":").map(Number);
  const wanted = across / down;
  const isWider = width / height > wanted;
  const part = isWider ? (height * wanted) / width : width / wanted / height;
  const size = Math.round(part * 1_000) / 10;
  const margin = (100 - size) / 2;
  return isWider
    ? { left: `${margin}%`, width: `${size}%`, top: "0", height: "100%", lost: 100 - size }
    : { top: `${margin}%`, height: `${size}%`, left: "0", width: "100%", lost: 100 - size };
}

/** A picture to try things with, drawn here: a lighthouse at dusk. */
export async function drawSample(): Promise<File> {
  const canvas = document.createElement("canvas");
  canvas.width = SAMPLE_WIDTH;
  canvas.height = SAMPLE_HEIGHT;
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("This browser cannot draw the sample picture. Choose a picture of your own.");
  const fill = (color: string, shape: string) => {
    pen.fillStyle = color;
    pen.fill(new Path2D(shape));
  };
  const sky = pen.createLinearGradient(0, 0, 0, 460);
  sky.addColorStop(0, "#1d2a4d");
  sky.addColorStop(0.6, "#b0567a");
  sky.addColorStop(1, "#ffb36b");
  pen.fillStyle = sky;
  pen.fillRect(0, 0, SAMPLE_WIDTH, SAMPLE_HEIGHT);
  fill("#ffe9b8", "M370 430a60 60 0 0 1 120 0z");
  fill("#1c3a5e", "M0 430h1280v290H0z");
  for (let row = 0; row < 9; row++) {
    pen.fillStyle = row % 2 ? "#27507c" : "#d98f6f";
    for (let wave = 0; wave < 14; wave++)
      pen.fillRect((wave * 97 + row * 53) % SAMPLE_WIDTH, 445 + row * 27, 40 + row * 6, 3);
  }
  fill("#15202f", "M630 600a330 130 0 0 1 660 0z");
  fill("#fff1c455", "M955 190L0 60v200z");
  fill("#f4efe6", "M925 480l10-270h40l10 270z");
  fill("#b3372f", "M931 250h48v34h-48zM931 330h48v34h-48zM931 410h48v34h-48zM928 172l27-32 27 32z");
  fill("#15202f", "M925 200h60v12h-60z");
  fill("#ffdf7e", "M938 172h34v28h-34z");
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
  if (!blob) throw new Error("This browser cannot draw the sample picture. Choose a picture of your own.");
  return new File([blob], "lighthouse.jpg", { type: "image/jpeg", lastModified: 0 });
}
