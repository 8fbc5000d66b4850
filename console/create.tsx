import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { announce, showFailure } from "./announce.tsx";
import { wordsOf } from "./api.ts";
import { aspectRatio, check, checkAlways, draft, endpoint, isKnownModel, submitDraft } from "./draft.ts";
import { bytes, count, usd } from "./format.ts";
import { loadModel, model, type Option } from "./model.ts";
import { CopyButton, Heading } from "./parts.tsx";
import { cropOf, drawSample, type Picture, readPicture } from "./picture.ts";
import { go, route } from "./route.ts";
import { readOnly } from "./session.ts";
import { LANGUAGES, type Language, snippet } from "./snippets.ts";

const PICTURE_MAX_BYTES = 25 * 1024 * 1024;
const SAMPLE_PROMPT = "the beam of the lighthouse sweeps over the sea";

/** The screen on which a job is made. */
export function Create() {
  useEffect(() => {
    void loadModel();
    return checkAlways();
  }, []);
  return (
    <main class="create">
      <Heading>Create a video</Heading>
      <div class="columns">
        <Form />
        <Code />
      </div>
    </main>
  );
}

function Form() {
  const isSending = useSignal(false);
  const submit = async () => {
    isSending.value = true;
    try {
      const job = await submitDraft();
      announce("The job was accepted");
      showFailure("");
      // Who has gone elsewhere meanwhile stays there.
      if (route.value.screen === "new") go(`#/jobs/${job.id}`);
    } catch (error) {
      showFailure(wordsOf(error));
    } finally {
      isSending.value = false;
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (check.value.state === "fine" && !readOnly.value && !isSending.value) void submit();
      }}
    >
      <PictureField />
      <PromptField />
      <ModelFields />
      <MoreFields />
      <Cost />
      <button
        type="submit"
        class="primary wide"
        disabled={check.value.state !== "fine" || readOnly.value || isSending.value}
      >
        {isSending.value ? "Sending …" : readOnly.value ? "Read-only: nothing can be submitted" : "Submit"}
      </button>
    </form>
  );
}

function PictureField() {
  const isOver = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  const take = async (file: File | undefined) => {
    if (!file) return;
    try {
      if (file.size > PICTURE_MAX_BYTES)
        throw new Error(`The picture has ${bytes(file.size)}; the most is ${bytes(PICTURE_MAX_BYTES)}.`);
      const picture = await readPicture(file);
      forgetPicture();
      draft.picture.value = picture;
      draft.imageUrl.value = "";
      announce(`Picture ${picture.width} by ${picture.height} chosen`);
      showFailure("");
    } catch (error) {
      showFailure(wordsOf(error));
    }
  };
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const file = [...(event.clipboardData?.files ?? [])][0];
      if (!file) return;
      event.preventDefault();
      void take(file);
    };
    // Beside the field a drop would open the picture in the place of the page.
    const drop = (event: DragEvent) => {
      if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      if (event.type === "drop") void take(event.dataTransfer.files[0]);
    };
    document.addEventListener("paste", paste);
    for (const each of ["dragover", "drop"] as const) document.addEventListener(each, drop);
    return () => {
      document.removeEventListener("paste", paste);
      for (const each of ["dragover", "drop"] as const) document.removeEventListener(each, drop);
    };
  }, []);
  const sample = async () => {
    await take(await drawSample());
    if (draft.prompt.value === "") draft.prompt.value = SAMPLE_PROMPT;
  };
  const picture = draft.picture.value;
  return (
    <fieldset
      class={isOver.value ? "drop over" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={() => {
        isOver.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        isOver.value = false;
        void take(event.dataTransfer?.files[0]);
      }}
    >
      <legend>Picture</legend>
      {picture ? (
        <Preview picture={picture} />
      ) : (
        <p class="hint">Drop or paste a picture here: PNG, JPEG or WebP, at most {bytes(PICTURE_MAX_BYTES)}.</p>
      )}
      <div class="buttons start">
        <button type="button" onClick={() => input.current?.click()}>
          {picture ? "Choose another" : "Choose a file"}
        </button>
        <button type="button" class="quiet" onClick={() => sample().catch((error) => showFailure(wordsOf(error)))}>
          Use the sample
        </button>
        {picture && (
          <button type="button" class="quiet" onClick={forgetPicture}>
            Remove
          </button>
        )}
      </div>
      <input
        ref={input}
        id="picture"
        class="unseen"
        type="file"
        tabIndex={-1}
        aria-label="Picture file"
        accept="image/png,image/jpeg,image/webp"
        onChange={(event) => {
          void take(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
      {!picture && (
        <label class="field">
          <span>or the address of a picture</span>
          <input
            type="url"
            placeholder="https://example.com/picture.jpg"
            value={draft.imageUrl}
            onInput={(event) => {
              draft.imageUrl.value = event.currentTarget.value;
            }}
          />
        </label>
      )}
    </fieldset>
  );
}

function forgetPicture(): void {
  if (draft.picture.value) URL.revokeObjectURL(draft.picture.value.preview);
  draft.picture.value = undefined;
}

function Preview({ picture }: { readonly picture: Picture }) {
  const { lost, ...box } = cropOf(picture, aspectRatio.value);
  return (
    <figure class="preview">
      <div class="frame">
        <img src={picture.preview} alt={`Your picture, ${picture.width} by ${picture.height} pixels`} />
        {lost > 1 && <div class="crop" style={box} />}
      </div>
      <figcaption>
        {count(picture.width)} × {count(picture.height)}, {bytes(picture.file.size)}
        {lost > 1 && `. A ${aspectRatio.value} video shows the framed part of it`}
      </figcaption>
    </figure>
  );
}

function PromptField() {
  const used = useComputed(() => [...draft.prompt.value].length);
  const most = model.value.promptMaxCharacters;
  return (
    <label class="field">
      <span class="spread">
        Prompt
        <span class={used.value > most ? "bad" : "muted"}>
          {count(used.value)} / {count(most)}
        </span>
      </span>
      <textarea
        id="prompt"
        rows={3}
        dir="auto"
        placeholder="What happens in the video"
        value={draft.prompt}
        onInput={(event) => {
          draft.prompt.value = event.currentTarget.value;
        }}
      />
    </label>
  );
}

function ModelFields() {
  return (
    <div class="options">
      <label class="field">
        <span>Model</span>
        <input
          list="endpoints"
          value={endpoint}
          onChange={(event) => {
            draft.endpoint.value = event.currentTarget.value.trim();
          }}
        />
        <datalist id="endpoints">
          {model.value.endpoints.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      </label>
      {isKnownModel.value ? (
        model.value.options.map((option) => <OptionField key={option.name} option={option} />)
      ) : (
        <label class="field whole">
          <span>The model's other input, as JSON</span>
          <textarea
            rows={4}
            class="code"
            value={draft.otherInput}
            onInput={(event) => {
              draft.otherInput.value = event.currentTarget.value;
            }}
          />
        </label>
      )}
    </div>
  );
}

function OptionField({ option }: { readonly option: Option }) {
  const value = draft.options.value[option.name] ?? option.default;
  const set = (next: unknown) => {
    const { [option.name]: _, ...rest } = draft.options.value;
    draft.options.value = next === option.default ? rest : { ...rest, [option.name]: next };
  };
  const label = option.name.replaceAll("_", " ");
  if (option.type === "boolean") {
    return (
      <label class="check" title={option.description}>
        <input type="checkbox" checked={value === true} onChange={(event) => set(event.currentTarget.checked)} />
        <span>{label}</span>
      </label>
    );
  }
  return (
    <label class="field" title={option.description}>
      <span>{label}</span>
      {option.values ? (
        <select value={String(value)} onChange={(event) => set(event.currentTarget.value)}>
          {option.values.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      ) : (
        <input
          inputMode={option.type === "string" ? "text" : "decimal"}
          value={String(value ?? "")}
          onChange={({ currentTarget: { value: text } }) => set(option.type === "string" ? text : Number(text))}
        />
      )}
    </label>
  );
}

function MoreFields() {
  return (
    <details class="more">
      <summary>Metadata and callback</summary>
      <label class="field">
        <span>Metadata, one KEY=VALUE a line</span>
        <textarea
          rows={2}
          class="code"
          placeholder="order=42"
          value={draft.metadata}
          onInput={(event) => {
            draft.metadata.value = event.currentTarget.value;
          }}
        />
      </label>
      <label class="field">
        <span>Callback URL</span>
        <input
          type="url"
          placeholder="https://example.com/hooks/fal"
          value={draft.callbackUrl}
          onInput={(event) => {
            draft.callbackUrl.value = event.currentTarget.value.trim();
          }}
        />
      </label>
    </details>
  );
}

function Cost() {
  const now = check.value;
  return (
    <p class="cost" aria-live="polite">
      {now.state === "incomplete" && <span class="muted">Choose a picture and write a prompt to see the cost.</span>}
      {now.state === "checking" && <span class="muted">Checking …</span>}
      {now.state === "fine" && (
        <span>
          This video costs about <b>{now.usd === undefined ? "what fal asks for this model" : usd(now.usd)}</b>.
        </span>
      )}
      {now.state === "wrong" && <span class="bad">{now.words}</span>}
    </p>
  );
}

function Code() {
  const language = useSignal<Language>("curl");
  const text = useComputed(() => {
    try {
      return snippet(language.value);
    } catch (error) {
      return wordsOf(error);
    }
  });
  return (
    <section class="panel code-panel" aria-label="The request as code">
      <div class="spread">
        <div class="tabs" role="tablist" aria-label="Language">
          {LANGUAGES.map((each) => (
            <button
              key={each}
              type="button"
              role="tab"
              id={`tab-${each.replace(" ", "-")}`}
              aria-selected={language.value === each}
              aria-controls="snippet"
              onClick={() => {
                language.value = each;
              }}
            >
              {each}
            </button>
          ))}
        </div>
        <CopyButton text={text.value} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so that the keyboard must reach it */}
      <pre id="snippet" role="tabpanel" tabIndex={0} aria-label={language.value}>
        {text}
      </pre>
    </section>
  );
}
