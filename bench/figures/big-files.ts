import { join } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import sharp from "sharp";
import { startFunction } from "../../local/stack/function-runtime.ts";
import { localCaller } from "../../local/stack/locality.ts";
import { compareRounds, type Figure, type Row } from "../figure.ts";
import type { BigFileInput, BigFileOutput } from "../programs/big-file.ts";
import { runProgram } from "../programs/run-program.ts";
import { takeTurns } from "../rounds.ts";
import { jobInput, makeEvent, makeWebhookEvent } from "../services/events.ts";
import { signDelivery } from "../services/fast-fal.ts";
import { copyRow, openTable, sampleJob, tableName } from "../services/rows.ts";
import { environmentOf, publicUrl, type Services, startServices } from "../services/services.ts";
import { findFunction, type Workplace } from "../workplace.ts";

type Subject = {
  readonly environment: Readonly<Record<string, string>>;
  /** Makes the input, and what must be true afterwards, if the answer does not say it. */
  readonly prepare: () => Promise<BigFileInput & { readonly check?: () => Promise<void> }>;
};

/** The copies of a video of some size: ours, and the obvious one. */
type Videos = (videoBytes: number) => { readonly copy: Subject; readonly obviousCopy: Subject };

const rounds = 2;
/** If the copy of a video does not end in time, because the machine is busy, the next size is tried. */
const videoSizes = [200, 50];
const bytesPerMegabyte = 1_000_000;
/** A PNG of noise cannot be compressed: its size is about that of its pixels. */
const picture = { width: 2_900, height: 2_990, channels: 3 } as const;
const uploadsOwner = "bench";

/** What big files cost. */
export const bigFiles: Figure = {
  name: "big-files",
  question: "What do a picture of 25 MB and a video of 200 MB (50 MB on a slow machine) take?",
  load: `${rounds} fresh processes each, taken in turn`,
  measure: async (workplace) => {
    const services = await startServices(workplace);
    try {
      const { picture, obviousPicture, videos } = await makeSubjects(workplace, services);
      return [
        ...(await compare(workplace, "upload of 25 MB as a job", picture, {
          name: "S3 client, sharp, fal's upload",
          subject: obviousPicture,
        })),
        ...(await compareCopies(workplace, videos)),
      ];
    } finally {
      await services.close();
    }
  },
};

async function compareCopies(
  workplace: Workplace,
  videos: Videos,
  sizes: readonly number[] = videoSizes,
): Promise<readonly Row[]> {
  const [megabytes = 0, ...smaller] = sizes;
  const { copy, obviousCopy } = videos(megabytes * bytesPerMegabyte);
  const rival = { name: "fetch, arrayBuffer, lib-storage", subject: obviousCopy };
  try {
    return await compare(workplace, `copy of a ${megabytes} MB video`, copy, rival);
  } catch (error) {
    if (smaller.length === 0) throw error;
    workplace.progress(`${megabytes} MB: ${error instanceof Error ? error.message : error}`);
    return compareCopies(workplace, videos, smaller);
  }
}

async function compare(
  workplace: Workplace,
  name: string,
  ours: Subject,
  rival: { readonly name: string; readonly subject: Subject },
): Promise<readonly Row[]> {
  const samples = await takeTurns([ours, rival.subject], { rounds, warmUp: 0 }, async ({ environment, prepare }) => {
    const { check, ...input } = await prepare();
    const output = await runProgram<BigFileOutput>(workplace, "big-file", environment, input);
    await check?.();
    return output;
  });
  const values = (subject: Subject, of: keyof BigFileOutput) => (samples.get(subject) ?? []).map((each) => each[of]);
  return (["ms", "peakMb"] as const).map((of) =>
    compareRounds(`${name}: ${of === "ms" ? "time" : "peak memory"}`, of === "ms" ? "ms" : "MB", values(ours, of), {
      name: rival.name,
      samples: values(rival.subject, of),
    }),
  );
}

async function makeSubjects(workplace: Workplace, services: Services) {
  const submit = findFunction(workplace.spec, "submit");
  const archive = findFunction(workplace.spec, "archive");
  const ours = environmentOf(submit, services);
  const key = `uploads/${uploadsOwner}/${uploadId()}`;
  await putPicture(services, ours.MEDIA_BUCKET ?? "", key);
  const image_url = `${publicUrl}/uploads/${key.split("/").at(-1)}`;
  const rival = { ...ours, FAL_KEY: "bench" };
  const rivals = join(workplace.root, "bench", "rivals");
  const video = (name: string, videoBytes: number) => `${services.falUrl}/v3.fal.media/files/${name}-${videoBytes}.mp4`;
  const sample = await sampleJob(workplace, services);
  return {
    picture: {
      environment: ours,
      prepare: async () => ({
        file: join(submit.folder, "index.mjs"),
        event: makeEvent("/jobs", JSON.stringify({ input: { ...jobInput, image_url } })),
        expectedStatus: 202,
      }),
    },
    obviousPicture: {
      environment: rival,
      prepare: async () => ({
        file: join(rivals, "obvious-picture.ts"),
        event: { key, prompt: jobInput.prompt },
        expectedStatus: 202,
      }),
    },
    videos: (videoBytes: number) => ({
      copy: {
        environment: environmentOf(archive, services),
        prepare: async () => {
          const id = await settleJob(video("ours", videoBytes), videoBytes);
          return {
            file: join(archive.folder, "index.mjs"),
            event: { owner: sample.row.owner, job_ids: [id] } as object,
            check: () => expectCopied(workplace, services, id),
          };
        },
      },
      obviousCopy: {
        environment: { ...rival, MEDIA_BUCKET: ours.MEDIA_BUCKET ?? "" },
        prepare: async () => ({
          file: join(rivals, "obvious-copy.ts"),
          event: { url: video("rival", videoBytes), key: "videos/rival.mp4" },
          expectedStatus: 200,
        }),
      },
    }),
  } satisfies { readonly picture: Subject; readonly obviousPicture: Subject; readonly videos: Videos };

  /** A job that succeeded with this video, by a webhook. */
  async function settleJob(url: string, videoBytes: number): Promise<string> {
    const row = copyRow(sample);
    await openTable(services.dynamodbUrl).send(new PutCommand({ TableName: tableName(workplace), Item: row }));
    const spec = findFunction(workplace.spec, "webhook");
    const webhook = startFunction(spec, environmentOf(spec, services), () => undefined);
    const payload = { video: { url, content_type: "video/mp4", file_name: "big.mp4", file_size: videoBytes } };
    await webhook.invoke(makeWebhookEvent(row.id, sample.token, signDelivery(row.request_id, payload)));
    await webhook.close();
    return row.id;
  }
}

async function expectCopied(workplace: Workplace, services: Services, id: string): Promise<void> {
  const table = openTable(services.dynamodbUrl);
  const { Item } = await table.send(new GetCommand({ TableName: tableName(workplace), Key: { id } }));
  if (Item?.video_key === undefined) throw new Error("the video was not copied within the function's time");
}

/** An id as `POST /uploads` makes it: a UUIDv7, whose first 48 bits are the time. */
function uploadId(): string {
  return Date.now().toString(16).padStart(12, "0").padEnd(32, "7");
}

async function putPicture({ additions }: Services, bucket: string, key: string): Promise<void> {
  const { width, height, channels } = picture;
  const noise = Buffer.alloc(width * height * channels);
  for (let at = 0; at < noise.length; at++) noise[at] = (Math.imul(at, 2_654_435_761) >>> 13) & 0xff;
  const png = await sharp(noise, { raw: { width, height, channels } }).png({ compressionLevel: 0 }).toBuffer();
  const s3 = new S3Client({
    endpoint: additions.AWS_ENDPOINT_URL_S3 ?? "",
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    ...localCaller,
  });
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: png, ContentType: "image/png" }));
  s3.destroy();
}
