import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, wordsOf } from "./api.ts";
import { safeUrl } from "./format.ts";
import type { Job } from "./types.ts";

/** The video of a job. Its address works for minutes only, so that it is asked for when it is needed. */
export function useVideoUrl(id: string, isWanted: boolean) {
  const url = useSignal<string | undefined>(undefined);
  const trouble = useSignal("");
  const tries = useSignal(0);
  const round = tries.value;
  useEffect(() => {
    if (!isWanted) return;
    const leaving = new AbortController();
    call<{ url: string }>("GET", `/jobs/${id}/video?redirect=0`, { signal: leaving.signal })
      .then((answer) => {
        url.value = safeUrl(answer.url);
        trouble.value = "";
      })
      .catch((error: unknown) => {
        if (!leaving.signal.aborted) trouble.value = wordsOf(error);
      });
    return () => leaving.abort();
  }, [id, isWanted, round]);
  return { url: url.value, trouble: trouble.value, again: () => tries.value++ };
}

export function Player({ job }: { readonly job: Job }) {
  const { url, trouble, again } = useVideoUrl(job.id, true);
  const hasFailed = useSignal(false);
  return (
    <section class="panel player" aria-label="Video">
      {hasFailed.value || trouble !== "" ? (
        <p class="bad">
          {trouble || "The video cannot be played. Its address may have run out."}{" "}
          <button
            type="button"
            onClick={() => {
              hasFailed.value = false;
              again();
            }}
          >
            Load it again
          </button>
        </p>
      ) : url === undefined ? (
        <div class="bone tall" />
      ) : (
        // biome-ignore lint/a11y/useMediaCaption: these videos have no sound
        <video
          src={`${url}#t=0.001`}
          controls
          loop
          playsInline
          preload="metadata"
          aria-label="The video"
          onError={() => {
            hasFailed.value = true;
          }}
        />
      )}
      {url !== undefined && (
        <a class="button" href={url} download={`${job.id}.mp4`} target="_blank" rel="noreferrer">
          Download
        </a>
      )}
    </section>
  );
}
