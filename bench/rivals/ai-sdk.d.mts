/** Makes videos with the SDK's defaults. `fetch` replaces the global one. */
export function openAiSdk(
  endpoint: string,
  fetch: typeof globalThis.fetch,
): (imageUrl: string, prompt: string) => Promise<unknown>;
