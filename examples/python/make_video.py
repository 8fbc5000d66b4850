"""Makes a video of a picture with fal-jobs: python3 make_video.py picture.jpg "what should happen"."""

import hashlib
import os
import sys
import time

import requests

URL = os.environ.get("FAL_JOBS_URL", "http://localhost:4000")
PATIENCE_SECONDS = 600
RETRY_SECONDS = 2

session = requests.Session()
session.headers["x-api-key"] = os.environ.get("FAL_JOBS_KEY", "local-key")


def make_video(picture, prompt, path):
    """Saves the video under a path. Run again after an interruption, it finds the same job; after a failure, it retries."""
    job = submit(picture, prompt)
    print("job", job["links"]["self"])
    while job["status"] in ("submitting", "queued", "running"):
        job = call("GET", job["links"]["self"], headers={"prefer": "wait=20"}).json()
        print(job["status"])
    if job["status"] != "succeeded":
        sys.exit(f"The job is {job['status']}: {job['error']['message']}")
    # The copy that fal-jobs stores. It lasts longer than the one at fal.
    stored = call("GET", job["links"]["video"], params={"redirect": "0"}).json()
    video = requests.get(stored["url"], timeout=60)
    video.raise_for_status()
    with open(path, "wb") as file:
        file.write(video.content)
    print("saved", path)


def submit(picture, prompt):
    """One picture and prompt is one job, however often it is sent: the idempotency key is their digest."""
    with open(picture, "rb") as file:
        image = file.read()
    form = {"prompt": prompt}
    if callback_url := os.environ.get("CALLBACK_URL"):
        form["callback_url"] = callback_url
    key = hashlib.sha256(image + repr(sorted(form.items())).encode()).hexdigest()
    files = {"image": (os.path.basename(picture), image)}
    answer = call("POST", f"{URL}/jobs", data=form, files=files, headers={"idempotency-key": key})
    # The job of an earlier run has failed: its retry is a new job, and is paid for anew.
    while "idempotency-replayed" in answer.headers and may_retry(answer.json()):
        answer = call("POST", f"{answer.json()['links']['self']}/retry")
    return answer.json()


def may_retry(job):
    has_failed = job["status"] in ("failed", "expired")
    return job["status"] == "canceled" or has_failed and job["error"]["retryable"]


def call(method, url, **options):
    """Sends a request, again and again while there is no connection or the service is overloaded."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            answer = session.request(method, url, timeout=60, **options)
            if answer.ok:
                return answer
            if answer.status_code != 429 and answer.status_code < 500:
                sys.exit(explain(answer.json()))
            reason = f"the service answered {answer.status_code}"
        except (requests.ConnectionError, requests.Timeout):
            reason = f"no connection to {URL}"
        if time.monotonic() > until:
            sys.exit(f"Gave up: {reason}")
        print(f"{reason}; trying again")
        time.sleep(RETRY_SECONDS)


def explain(problem):
    """A problem in words, one line for each wrong field."""
    fields = [f"{error['pointer'].rsplit('/', 1)[-1]} {error['message']}" for error in problem.get("errors", [])]
    return "\n".join(fields) or problem["detail"]


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit('usage: python3 make_video.py picture.jpg "what should happen"')
    try:
        make_video(sys.argv[1], sys.argv[2], "video.mp4")
    except KeyboardInterrupt:
        sys.exit("stopped; run it again, and it continues the same job")
    except OSError as error:
        sys.exit(str(error))
