import { createFal } from "@ai-sdk/fal";
import { generate, startAndFollow } from "../ai-sdk.ts";
import { breaksAtFal, type Life, runCaller } from "../caller.ts";
import { endpoint, falKey } from "../fal.ts";
import { nothingToClose, type Row } from "../row.ts";

/** The AI SDK as its documentation has it: `generateVideo`, with the default retries. */
export const aiSdk: Row = {
  name: "ai-sdk",
  client: "AI SDK, generateVideo",
  open: async ({ falUrl }) => ({
    run: (job) => runCaller(falUrl, breaksAtFal(job), (life) => generate(modelOf(life), job)),
    close: nothingToClose,
  }),
};

/** The AI SDK as carefully as its documentation allows: no retries, and the operation is stored. */
export const carefulAiSdk: Row = {
  name: "ai-sdk-careful",
  client: "AI SDK, operation stored, retries off",
  open: async ({ falUrl }) => ({
    run: (job) => runCaller(falUrl, breaksAtFal(job), (life) => startAndFollow(modelOf(life), job, life)),
    close: nothingToClose,
  }),
};

function modelOf({ fetch }: Life) {
  return createFal({ apiKey: falKey, fetch }).video(endpoint);
}
