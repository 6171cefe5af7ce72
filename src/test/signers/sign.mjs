// The AWS SDK for JavaScript and aws4fetch: what they would send, as JSON lines on standard output.
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { buildQueryString } from "@smithy/core/protocols";
import { AwsClient } from "aws4fetch";

const cases = JSON.parse(readFileSync(process.argv[2], "utf8"));
const versionOf = (name) =>
  JSON.parse(readFileSync(new URL(`./node_modules/${name}/package.json`, import.meta.url), "utf8")).version;
const packed = (bytes) => gzipSync(bytes).toString("base64");
const emit = (line) => console.log(JSON.stringify(line));

async function bytesOf(body) {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === "string" || body instanceof Uint8Array) return Buffer.from(body);
  const pieces = [];
  for await (const piece of body) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

async function withSdk(scheme) {
  const signer = "@aws-sdk/client-s3 " + versionOf("@aws-sdk/client-s3");
  const now = { case: "", body: undefined };
  const requestHandler = {
    async handle(request) {
      const query = buildQueryString(request.query ?? {});
      const line = {
        signer,
        case: scheme + " " + now.case,
        method: request.method,
        target: request.path + (query ? "?" + query : ""),
        headers: Object.entries(request.headers),
        body: packed(await bytesOf(request.body)),
      };
      if ((request.headers["x-amz-content-sha256"] ?? "").startsWith("STREAMING-")) line.decoded = packed(now.body);
      emit(line);
      return { response: { statusCode: 200, headers: {}, body: Readable.from([]) } };
    },
  };
  const client = new S3Client({
    endpoint: scheme + "://objects.example:9000",
    region: cases.region,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: cases.accessKey, secretAccessKey: cases.secretKey },
    requestHandler,
  });
  const send = async (name, command, body) => {
    now.case = name;
    now.body = body;
    await client.send(command).catch((e) => console.error(name, e.message));
  };
  for (const Key of cases.keys) {
    const target = { Bucket: cases.bucket, Key };
    const body = Buffer.from("hello world");
    await send("get " + Key, new GetObjectCommand(target));
    await send("put " + Key, new PutObjectCommand({ ...target, Body: body }), body);
    const url = await getSignedUrl(client, new GetObjectCommand({ ...target, ResponseContentType: "a b" }));
    // Not through the URL class, which takes dot segments away.
    emit({ signer, case: "presigned GET " + Key, method: "GET", target: url.slice(url.indexOf("/", 8)),
      headers: [["host", "objects.example:9000"]], body: packed(Buffer.alloc(0)) });
  }
  for (const list of cases.lists) {
    await send("list", new ListObjectsV2Command({ Bucket: cases.bucket, ...list }));
  }
  for (const size of cases.sizes) {
    const body = Buffer.alloc(size, "a");
    await send("put " + size, new PutObjectCommand({
      Bucket: cases.bucket, Key: "body", Body: Readable.from([body]), ContentLength: size,
      Metadata: { some: "inner  spaces" }, ContentType: "text/plain;charset=utf-8" }), body);
  }
  const { fields } = await createPresignedPost(client, {
    Bucket: cases.bucket, Key: "up/${filename}", Conditions: [["content-length-range", 1, 99]] });
  emit({ signer, case: "form", form: fields });
}

async function withFetch() {
  const signer = "aws4fetch " + versionOf("aws4fetch");
  const client = new AwsClient({
    accessKeyId: cases.accessKey, secretAccessKey: cases.secretKey, region: cases.region, service: "s3" });
  for (const key of cases.keys) {
    const path = key.split("/").map(encodeURIComponent).join("/");
    // The URL class takes dot segments away before anything is signed.
    const url = "https://objects.example:9000/" + cases.bucket + "/" + path + "?x-id=GetObject";
    for (const signQuery of [false, true]) {
      const request = await client.sign(url, { method: "GET", aws: { signQuery } });
      const sent = new URL(request.url);
      emit({ signer, case: (signQuery ? "presigned GET " : "get ") + key, method: "GET",
        target: sent.pathname + sent.search, headers: [["host", sent.host], ...request.headers],
        body: packed(Buffer.alloc(0)) });
    }
  }
}

await withSdk("http");
await withSdk("https");
await withFetch();
