import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FalEmulator, type FalEmulatorOptions, startFalEmulator } from "../../local/fal/emulator.ts";
import { openJournal } from "../../local/fal/journal.ts";
import { openMedia } from "../../local/fal/media.ts";
import { createRenderer, nameFilm } from "../../local/fal/render.ts";
import { madeOnce } from "./once.ts";
import { PICTURES } from "./pictures.ts";

const sample = new URL("../../local/sample/sample.jpg", import.meta.url);

/**
 * An emulator data folder that holds only films for the pictures that most tests send, because rendering one takes
 * seconds: the small pictures have the sample's film. It is made once in a test run. `test/emulator/render.test.ts`
 * proves the rendering, with an emulator that has no films.
 */
function sharedFilms(): Promise<string> {
  return madeOnce("films", async (folder) => {
    const journal = await openJournal(folder);
    const media = await openMedia(journal, folder);
    const renderer = createRenderer(media, new AbortController().signal);
    const picture = await readFile(sample);
    const [wide = ""] = await Promise.all([renderer.film(picture, "16:9"), renderer.film(picture, "9:16")]);
    const film = await media.find(wide);
    if (!film) throw new Error("the sample image has no film");
    for (const each of Object.values(PICTURES)) await media.save(nameFilm(each, "16:9"), film);
    await journal.close();
  });
}

/** Copies the films to where an emulator is going to keep its data. */
export async function copyFilms(dataDir: string): Promise<void> {
  await cp(await sharedFilms(), dataDir, { recursive: true });
}

/** Starts an emulator that has the films already. */
export async function startFilmedEmulator(options: FalEmulatorOptions = {}): Promise<FalEmulator> {
  const dataDir = await mkdtemp(join(tmpdir(), "fal-emulator-films-"));
  await copyFilms(dataDir);
  const emulator = await startFalEmulator({ dataDir, ...options });
  return {
    ...emulator,
    close: async () => {
      await emulator.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
