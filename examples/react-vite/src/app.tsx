import { type ChangeEvent, type SubmitEvent, useEffect, useRef, useState } from "react";
import { describeFailure, type Failure } from "./failure.ts";
import { Field } from "./field.tsx";
import { continueOrder, makeVideo, type Progress } from "./make-video.ts";
import { storedOrder } from "./order.ts";

type Stage =
  | { readonly name: "idle" }
  | { readonly name: "working"; readonly progress: Progress }
  | { readonly name: "done"; readonly videoUrl: string }
  | { readonly name: "failed"; readonly failure: Failure };

const pictureTypes = "image/png,image/jpeg,image/webp";

/** The page: a picture and a prompt go in, a video comes out. */
export function App() {
  const [stage, setStage] = useState<Stage>({ name: "idle" });
  const [preview, setPreview] = useState<string>();
  const hasStarted = useRef(false);
  const failure = stage.name === "failed" ? stage.failure : {};

  // React's strict mode runs an effect twice.
  useEffect(() => {
    const order = hasStarted.current ? undefined : storedOrder();
    hasStarted.current = true;
    if (order) void show(setStage, (onProgress) => continueOrder(order, onProgress));
  }, []);

  function choose({ currentTarget }: ChangeEvent<HTMLInputElement>) {
    if (preview) URL.revokeObjectURL(preview);
    const file = currentTarget.files?.[0];
    setPreview(file && URL.createObjectURL(file));
    setStage({ name: "idle" });
  }

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const image = form.get("image");
    if (!(image instanceof File)) return;
    await show(setStage, (onProgress) => makeVideo(image, String(form.get("prompt")), onProgress));
  }

  return (
    <main>
      <h1>Picture to video</h1>
      <form onSubmit={submit}>
        <fieldset disabled={stage.name === "working"}>
          <Field id="image" label="Picture" fault={failure.image}>
            {(aria) => <input {...aria} name="image" type="file" accept={pictureTypes} required onChange={choose} />}
          </Field>
          <Field id="prompt" label="What should happen?" fault={failure.prompt}>
            {(aria) => <textarea {...aria} name="prompt" rows={3} required placeholder="The waves grow higher" />}
          </Field>
          <button type="submit">Make a video</button>
        </fieldset>
      </form>
      <Screen stage={stage} preview={preview} />
    </main>
  );
}

/** Shows how a video is made, and how that ends. */
async function show(
  setStage: (stage: Stage) => void,
  make: (onProgress: (progress: Progress) => void) => Promise<string>,
): Promise<void> {
  setStage({ name: "working", progress: { step: "Starting", logs: [] } });
  try {
    const videoUrl = await make((progress) => setStage({ name: "working", progress }));
    setStage({ name: "done", videoUrl });
  } catch (error) {
    setStage({ name: "failed", failure: describeFailure(error) });
  }
}

function Screen({ stage, preview }: { readonly stage: Stage; readonly preview: string | undefined }) {
  return (
    <section aria-label="Your video">
      <div className="screen">
        {stage.name === "done" ? (
          <video src={stage.videoUrl} controls autoPlay loop muted playsInline />
        ) : (
          preview && <img src={preview} alt="First frame of the video" />
        )}
      </div>
      <div aria-live="polite">
        {stage.name === "working" && <Working {...stage.progress} />}
        {stage.name === "done" && (
          <p>
            Done. <a href={stage.videoUrl}>Open the video</a>
          </p>
        )}
      </div>
      <p role="alert" className="fault">
        {stage.name === "failed" && (stage.failure.rest ?? "Please correct the marked fields.")}
      </p>
    </section>
  );
}

function Working({ step, logs }: Progress) {
  return (
    <>
      <p>{step} …</p>
      <progress aria-label={step} />
      <pre>{logs.join("\n")}</pre>
    </>
  );
}
