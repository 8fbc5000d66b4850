import { ApiError, ValidationError } from "@fal-ai/client";

/** What went wrong, in words: with the picture, with the prompt, or with anything else. */
export type Failure = {
  readonly image?: string;
  readonly prompt?: string;
  readonly rest?: string;
};

/** Puts an error of fal's client where a person looks for it. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof ValidationError) {
    const known = ["image_url", "prompt"];
    return {
      image: messages(error.getFieldErrors("image_url")),
      prompt: messages(error.getFieldErrors("prompt")),
      rest: messages(error.fieldErrors.filter(({ loc }) => !known.includes(String(loc.at(-1))))),
    };
  }
  const detail: unknown = error instanceof ApiError ? error.body?.detail : undefined;
  if (Array.isArray(detail)) return { rest: messages(detail) };
  if (typeof detail === "string") return { rest: detail };
  return { rest: error instanceof Error ? error.message : String(error) };
}

function messages(errors: readonly { readonly msg: string }[]): string | undefined {
  return errors.length === 0 ? undefined : errors.map(({ msg }) => msg).join("; ");
}
