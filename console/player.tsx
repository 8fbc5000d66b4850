import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
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
  // The old address is forgotten at once, so that it is not tried meanwhile.
  const again = () => {
    url.value = undefined;
    trouble.value = "";
    tries.value++;
  };
  return { url: url.value, trouble: trouble.value, again };
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

const POSTER_WIDTH = 464;
const POSTER_HEIGHT = 280;

/** The first frame of a video, drawn once: of many videos in a list, none stays open. */
export function Poster({ url }: { readonly url: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const video = document.createElement("video");
    const draw = () => {
      const { videoWidth: width, videoHeight: height } = video;
      const scale = Math.max(POSTER_WIDTH / width, POSTER_HEIGHT / height);
      const [left, top] = [(POSTER_WIDTH - width * scale) / 2, (POSTER_HEIGHT - height * scale) / 2];
      canvas.current?.getContext("2d")?.drawImage(video, left, top, width * scale, height * scale);
      canvas.current?.setAttribute("data-drawn", "");
      close();
    };
    const close = () => {
      video.removeEventListener("loadeddata", draw);
      video.removeAttribute("src");
      video.load();
    };
    video.muted = true;
    video.preload = "auto";
    video.addEventListener("loadeddata", draw);
    video.src = url;
    return close;
  }, [url]);
  return <canvas ref={canvas} width={POSTER_WIDTH} height={POSTER_HEIGHT} />;
}
