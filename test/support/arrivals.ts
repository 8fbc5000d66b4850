import { clientOf, quickly } from "../unit/proxy/fal-client.ts";
import { ENDPOINT, proxyScene } from "../unit/proxy/proxy-scene.ts";
import { formEvent, formOf } from "./forms.ts";

/** What came of a picture: the bytes that fal was handed, or what was said of it. */
export type Arrival = { readonly handedOver: readonly Buffer[] } | { readonly status: number; readonly says: string };

/** A way in which a picture arrives, with the type that its sender declares; `undefined`: none. */
export type Way = (bytes: Buffer, declared: string | undefined) => Promise<Arrival>;

type Scene = ReturnType<typeof proxyScene>;

/** Every way in which a picture's bytes reach a job. */
export const WAYS: Readonly<Record<string, Way>> = {
  "as a data URI": (bytes, declared = "") => submitUrl(`data:${declared};base64,${bytes.toString("base64")}`),
  "in a form": async (bytes, declared) => {
    const scene = proxyScene();
    const file = new Blob([new Uint8Array(bytes)], { type: declared ?? "" });
    return arrivalOf(scene, await scene.service.submit(await formEvent(formOf(["prompt", "p"], ["image", file]))));
  },
  "by upload": async (bytes, declared) => {
    const scene = proxyScene();
    const upload = await scene.upload({ content_type: declared, size: bytes.length || 1 });
    if (upload.statusCode !== 201) return arrivalOf(scene, upload);
    const { image_url, upload_headers } = JSON.parse(upload.body);
    scene.putFile(image_url, bytes, upload_headers["content-type"]);
    return arrivalOf(scene, await scene.submit({ input: { prompt: "p", image_url } }));
  },
  "as a File of fal's client": async (bytes, declared) => {
    const scene = proxyScene();
    const image_url = new File([new Uint8Array(bytes)], "picture", { type: declared ?? "" });
    const { client } = clientOf(scene);
    const told = await quickly(() => client.queue.submit(ENDPOINT, { input: { prompt: "p", image_url } }));
    if (!(told instanceof Error)) return { handedOver: scene.fal.handedOver };
    const { status, body } = told as Error & { status: number; body: { detail: readonly { msg: string }[] } };
    return refusal(scene, status, body.detail[0]?.msg);
  },
};

/** What comes of a text as `image_url`. */
export async function submitUrl(image_url: string): Promise<Arrival> {
  const scene = proxyScene();
  return arrivalOf(scene, await scene.submit({ input: { prompt: "p", image_url } }));
}

function arrivalOf(
  scene: Scene,
  { statusCode, body }: { readonly statusCode: number; readonly body: string },
): Arrival {
  if (statusCode === 202) return { handedOver: scene.fal.handedOver };
  return refusal(scene, statusCode, JSON.parse(body).errors?.[0]?.message);
}

/** Throws if anything was recorded, sent or handed over for what was refused. */
function refusal({ service, fal }: Scene, status: number, says = ""): Arrival {
  if (service.rows().size + fal.posts.length + fal.handedOver.length > 0)
    throw new Error("something came of a refusal");
  return { status, says };
}
