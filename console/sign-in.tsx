import { useSignal } from "@preact/signals";
import { ApiProblem, call, wordsOf } from "./api.ts";
import { keyTrouble, setReadOnly, signIn } from "./session.ts";

/** Asks for the API key. It is tried before it is kept. */
export function SignIn() {
  const key = useSignal("");
  const remember = useSignal(false);
  const onlyRead = useSignal(false);
  const trouble = useSignal("");
  const isTrying = useSignal(false);
  const enter = async () => {
    isTrying.value = true;
    try {
      await call("GET", "/jobs?limit=1", { key: key.value.trim() });
      setReadOnly(onlyRead.value);
      signIn(key.value.trim(), remember.value);
    } catch (error) {
      trouble.value =
        error instanceof ApiProblem && [401, 403].includes(error.status)
          ? "This key is not accepted. Check that it is whole, and that it is a key of this service."
          : wordsOf(error);
    } finally {
      isTrying.value = false;
    }
  };
  const words = trouble.value || keyTrouble.value;
  return (
    <main class="sign-in">
      <form
        class="panel"
        onSubmit={(event) => {
          event.preventDefault();
          if (key.value.trim() !== "") void enter();
        }}
      >
        <h1>fal-jobs</h1>
        <p class="muted">Durable jobs for fal's image-to-video models. Your API key opens the console.</p>
        <label class="field">
          <span>API key</span>
          <input
            id="key"
            type="password"
            autocomplete="off"
            spellcheck={false}
            value={key}
            aria-describedby="key-trouble"
            onInput={({ currentTarget }) => {
              key.value = currentTarget.value;
            }}
          />
        </label>
        <p id="key-trouble" class="bad" role="alert">
          {words}
        </p>
        <label class="check">
          <input
            type="checkbox"
            checked={remember}
            onChange={({ currentTarget }) => {
              remember.value = currentTarget.checked;
            }}
          />
          <span>Keep it on this device</span>
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={onlyRead}
            onChange={({ currentTarget }) => {
              onlyRead.value = currentTarget.checked;
            }}
          />
          <span>Read-only: create, change and delete nothing</span>
        </label>
        <button type="submit" class="primary wide" disabled={isTrying.value || key.value.trim() === ""}>
          {isTrying.value ? "Trying the key …" : "Open"}
        </button>
      </form>
    </main>
  );
}
