// Vercel's AI SDK as its documentation has it. Plain JavaScript: its packages come with two versions of the same types,
// which do not fit together.
import { createFal } from "@ai-sdk/fal";
import { experimental_generateVideo as generateVideo } from "ai";

/** Makes videos with the SDK's defaults. `fetch` replaces the global one. */
export function openAiSdk(endpoint, fetch) {
  const model = createFal({ apiKey: "bench", fetch }).video(endpoint);
  // The SDK would download the video from any https URL; the bench's is on loopback, and its bytes do not matter.
  const download = async () => ({ data: new Uint8Array(1), mediaType: "video/mp4" });
  return (image, text) => generateVideo({ model, prompt: { image, text }, download });
}
