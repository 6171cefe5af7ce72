// aws-sdk-js v3's job, a process of its own: prints its steps as the driver reads them (see steps.line).
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  S3Client, CreateBucketCommand, CopyObjectCommand, DeleteBucketCommand, DeleteObjectCommand, DeleteObjectsCommand,
  GetObjectCommand, HeadObjectCommand, ListBucketsCommand, ListObjectVersionsCommand, PutBucketVersioningCommand,
  PutObjectCommand, paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

const { FLARE_ENDPOINT: endpoint, COMPAT_BUCKET: Bucket, COMPAT_TREE: tree, COMPAT_BIG: big, COMPAT_WORK: work } = process.env;
const s3 = new S3Client({ endpoint, forcePathStyle: true, maxAttempts: 1 });

async function step(name, run) {
  const begin = performance.now();
  let fault = null;
  try { await run(); } catch (e) { fault = `${e.name}: ${e.message}`; }
  const words = fault === null ? "" : fault.split(/\s+/).join(" ");
  console.log(["step", name, fault === null ? "ok" : "FAILED", ((performance.now() - begin) / 1000).toFixed(3), words].join("\t"));
}

const files = readdirSync(tree, { recursive: true }).filter((name) => statSync(join(tree, name)).isFile());
const send = (Command, input) => s3.send(new Command({ Bucket, ...input }));
const bytes = async (input) => Buffer.from(await (await send(GetObjectCommand, input)).Body.transformToByteArray());

async function digest(stream) {
  const hash = createHash("sha256");
  for await (const piece of stream) hash.update(piece);
  return hash.digest("hex");
}
const bigDigest = await digest(createReadStream(big));
const size = statSync(big).size;

async function each(items, run) {
  const left = [...items];
  await Promise.all(Array.from({ length: 16 }, async () => { while (left.length) await run(left.pop()); }));
}
async function listed(input) {
  const keys = [], prefixes = [];
  for await (const page of paginateListObjectsV2({ client: s3, pageSize: input.pageSize }, { Bucket, ...input.query })) {
    keys.push(...(page.Contents ?? []).map((o) => o.Key));
    prefixes.push(...(page.CommonPrefixes ?? []).map((p) => p.Prefix));
  }
  return { keys, prefixes };
}

await step("make a bucket", async () => {
  await send(CreateBucketCommand, {});
  assert((await s3.send(new ListBucketsCommand({}))).Buckets.some((b) => b.Name === Bucket), "not listed");
});
await step(`put ${files.length} files`, () =>
  each(files, (name) => send(PutObjectCommand, { Key: "tree/" + name, Body: readFileSync(join(tree, name)) })));
await step("get them and compare", () =>
  each(files, async (name) => assert((await bytes({ Key: "tree/" + name })).equals(readFileSync(join(tree, name))), name)));
await step("upload in parts", () =>
  new Upload({ client: s3, params: { Bucket, Key: "big", Body: createReadStream(big) }, partSize: 8 << 20 }).done());
await step("download and compare", async () =>
  assert.equal(await digest((await send(GetObjectCommand, { Key: "big" })).Body), bigDigest));
await step("put of a stream of known length", async () => {
  await send(PutObjectCommand, { Key: "streamed", Body: createReadStream(big), ContentLength: size });
  assert.equal(await digest((await send(GetObjectCommand, { Key: "streamed" })).Body), bigDigest);
});
await step("ranged reads", async () => {
  const whole = readFileSync(big);
  for (const [range, from, to] of [["0-0", 0, 1], ["8388600-8388620", 8388600, 8388621], ["-100", size - 100, size]]) {
    assert((await bytes({ Key: "big", Range: "bytes=" + range })).equals(whole.subarray(from, to)), range);
  }
});
for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]) {
  await step(`${ChecksumAlgorithm}: put and get`, async () => {
    await send(PutObjectCommand, { Key: "sum", Body: Buffer.from("123456789".repeat(1000)), ChecksumAlgorithm });
    assert.equal((await bytes({ Key: "sum", ChecksumMode: "ENABLED" })).length, 9000);
  });
}
await step("copy with new metadata", async () => {
  await send(CopyObjectCommand, { Key: "copy ü+", CopySource: `${Bucket}/big`, MetadataDirective: "REPLACE", Metadata: { colour: "blue" } });
  assert.deepEqual((await send(HeadObjectCommand, { Key: "copy ü+" })).Metadata, { colour: "blue" });
  assert.equal(await digest((await send(GetObjectCommand, { Key: "copy ü+" })).Body), bigDigest);
});
await step("list with a delimiter, in pages", async () => {
  const found = await listed({ pageSize: 7, query: { Prefix: "tree/", Delimiter: "/" } });
  const top = readdirSync(tree, { withFileTypes: true });
  assert.deepEqual(new Set(found.prefixes), new Set(top.filter((e) => e.isDirectory()).map((e) => `tree/${e.name}/`)));
  assert.deepEqual(new Set(found.keys), new Set(top.filter((e) => e.isFile()).map((e) => `tree/${e.name}`)));
});
await step("presigned PUT and GET", async () => {
  const Key = "signed ü+/%?";
  const put = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key }), { expiresIn: 60 });
  const answer = await fetch(put, { method: "PUT", body: "presigned" });
  assert.equal(answer.status, 200, await answer.text());
  const got = await fetch(await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }), { expiresIn: 60 }));
  assert.equal(await got.text(), "presigned");
});
await step("versions: overwrite, list, get old, delete marker, remove", async () => {
  const other = { Bucket: Bucket + "-versions" };
  await send(CreateBucketCommand, other);
  await send(PutBucketVersioningCommand, { ...other, VersioningConfiguration: { Status: "Enabled" } });
  const ids = [];
  for (const Body of ["one", "two"]) ids.push((await send(PutObjectCommand, { ...other, Key: "k", Body })).VersionId);
  const marker = await send(DeleteObjectCommand, { ...other, Key: "k" });
  assert.equal(marker.DeleteMarker, true);
  const found = await send(ListObjectVersionsCommand, other);
  assert.deepEqual(found.Versions.map((v) => v.VersionId), [ids[1], ids[0]]);
  assert.deepEqual(found.DeleteMarkers.map((v) => v.VersionId), [marker.VersionId]);
  assert.equal((await bytes({ ...other, Key: "k", VersionId: ids[0] })).toString(), "one");
  await send(DeleteObjectCommand, { ...other, Key: "k", VersionId: marker.VersionId });
  assert.equal((await bytes({ ...other, Key: "k" })).toString(), "two");
  await send(DeleteObjectsCommand, { ...other, Delete: { Objects: ids.map((VersionId) => ({ Key: "k", VersionId })) } });
  await send(DeleteBucketCommand, other);
});
await step("delete many, remove the bucket", async () => {
  const { keys } = await listed({ pageSize: 1000, query: {} });
  for (let i = 0; i < keys.length; i += 1000) {
    const answer = await send(DeleteObjectsCommand, { Delete: { Objects: keys.slice(i, i + 1000).map((Key) => ({ Key })) } });
    assert.equal(answer.Errors, undefined, JSON.stringify(answer.Errors));
  }
  await send(DeleteBucketCommand, {});
});
console.log("done");
