import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { toBase64 } from "../../../src/lib/encoding.ts";
import { call, makeClient, makePool, ORIGIN } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { get } from "../../fetch.ts";

const CSS = ".label-customizable {font-weight: 400;}";
const OTHER = ".label-customizable {font-weight: 100;}";
const NOWHERE = "us-east-1_nowhere12";

const bytes = (begins: number[], length = 64): string => {
  const all = new Uint8Array(length);
  all.set(begins);
  return toBase64(all);
};
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff, 0xe0];

let UserPoolId: string;
let ClientId: string;
beforeAll(async () => {
  UserPoolId = await makePool();
  ({ ClientId } = await makeClient(UserPoolId));
});

const set = async (input: object) => (await call("SetUICustomization", { UserPoolId, ...input })).UICustomization;
const read = async (input: object = {}) => (await call("GetUICustomization", { UserPoolId, ...input })).UICustomization;
const fresh = async () => (await makeClient(UserPoolId)).ClientId;
const rows = async (pool: string) =>
  (await env.DB.prepare("select client_id from ui_customizations where pool_id = ? order by 1").bind(pool).all())
    .results;

describe("SetUICustomization", () => {
  it("shows what was set, the style sheet as it was sent", async () => {
    const before = Math.floor(Date.now() / 1000);
    const shown = await set({ ClientId, CSS, ImageFile: bytes(PNG) });
    expect(shown).toEqual({
      UserPoolId,
      ClientId,
      CSS,
      CSSVersion: expect.stringMatching(/^20\d{12}$/),
      ImageUrl: expect.stringMatching(new RegExp(`^${ORIGIN}/ui/${UserPoolId}/${ClientId}/[\\w-]+/logo$`)),
      CreationDate: expect.any(Number),
      LastModifiedDate: expect.any(Number),
    });
    expect(shown.LastModifiedDate).toBeGreaterThanOrEqual(before);
    expect(await read({ ClientId })).toEqual(shown);
  });

  it("is about every client that has no look of its own unless it names one", async () => {
    const pool = await makePool();
    const { ClientId: own } = await makeClient(pool);
    const { ClientId: other } = await makeClient(pool);
    const of = async (client?: string) => read({ UserPoolId: pool, ...(client && { ClientId: client }) });
    expect(await of()).toEqual({});
    expect(await of(own)).toEqual({});
    expect(await set({ UserPoolId: pool, CSS, ImageFile: bytes(JPEG) })).toMatchObject({ ClientId: "ALL", CSS });
    expect(await of(own)).toMatchObject({ ClientId: "ALL", CSS });
    await set({ UserPoolId: pool, ClientId: own, CSS: OTHER });
    const shown = await of(own);
    expect(shown).toMatchObject({ ClientId: own, CSS: OTHER });
    expect(shown).not.toHaveProperty("ImageUrl");
    expect(await of(other)).toMatchObject({ ClientId: "ALL", CSS });
    await set({ UserPoolId: pool, ClientId: own });
    expect(await of(own)).toMatchObject({ ClientId: "ALL", CSS });
    expect(await set({ UserPoolId: pool, ClientId: "ALL" })).toEqual({});
    expect(await of(own)).toEqual({});
    expect(await rows(pool)).toEqual([]);
  });

  it("sets style sheet and logo together: what is left out goes", async () => {
    const client = await fresh();
    const first = await set({ ClientId: client, CSS, ImageFile: bytes(PNG) });
    const second = await set({ ClientId: client, ImageFile: bytes(JPEG) });
    expect(second).not.toHaveProperty("CSS");
    expect(second).not.toHaveProperty("CSSVersion");
    expect(second.ImageUrl).not.toBe(first.ImageUrl);
    expect(second.CreationDate).toBe(first.CreationDate);
    const third = await set({ ClientId: client, CSS, ImageFile: "" });
    expect(third).not.toHaveProperty("ImageUrl");
    expect(await set({ ClientId: client, CSS: "", ImageFile: "" })).toEqual({});
    expect(await set({ ClientId: client })).toEqual({});
  });

  it("needs no domain, and names the logo at the pool's domain where there is one", async () => {
    const pool = await makePool();
    expect((await set({ UserPoolId: pool, ImageFile: bytes(PNG) })).ImageUrl).toMatch(`${ORIGIN}/ui/`);
    const CustomDomainConfig = { CertificateArn: "arn:aws:acm:us-east-1:000000000000:certificate/a" };
    await call("CreateUserPoolDomain", { UserPoolId: pool, Domain: "look.shop.test", CustomDomainConfig });
    expect((await set({ UserPoolId: pool, ImageFile: bytes(PNG) })).ImageUrl).toMatch("http://look.shop.test/ui/");
  });

  it.each([
    ["a statement", { CSS: "@import 'a';" }, 'Invalid CSS: the statement "@import" is not allowed.'],
    ["the end of the element", { CSS: `.label-customizable{color:red}</style><script>` }, /^Invalid CSS: /],
    ["an unknown class", { CSS: ".label {color: red}" }, 'Invalid CSS: the selector ".label" is not allowed.'],
    ["a GIF", { ImageFile: btoa("GIF89a") }, "The image must be a PNG or JPEG file."],
    ["an SVG", { ImageFile: btoa("<svg xmlns='http://www.w3.org/2000/svg'/>") }, /PNG or JPEG/],
    ["a page", { ImageFile: btoa("<!doctype html><script>") }, /PNG or JPEG/],
    ["the beginning of a PNG file's beginning", { ImageFile: bytes(PNG.slice(0, 4)) }, /PNG or JPEG/],
    ["more than 100 KB", { ImageFile: bytes(PNG, 102_401) }, "The image is larger than 100 KB."],
    ["more than the model allows", { CSS: "a".repeat(131_073) }, /131072/],
  ])("refuses %s, and leaves the look that there is", async (_, input, message) => {
    const client = await fresh();
    await set({ ClientId: client, CSS });
    await expect(set({ ClientId: client, ...input })).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: typeof message === "string" ? message : expect.stringMatching(message),
    });
    expect(await read({ ClientId: client })).toMatchObject({ CSS });
  });

  it("takes a logo of exactly 100 KB", async () => {
    const { ImageUrl } = await set({ ClientId: await fresh(), ImageFile: bytes(JPEG, 102_400) });
    expect((await (await get(ImageUrl)).arrayBuffer()).byteLength).toBe(102_400);
  });

  it.each([
    ["pool", { UserPoolId: NOWHERE, CSS }, `User pool ${NOWHERE} does not exist.`],
    ["pool, to be cleared", { UserPoolId: NOWHERE }, `User pool ${NOWHERE} does not exist.`],
    ["client", { ClientId: "unknown", CSS }, "User pool client unknown does not exist."],
    ["client, to be cleared", { ClientId: "unknown" }, "User pool client unknown does not exist."],
    ["client, named like all of them", { ClientId: "all", CSS }, "User pool client all does not exist."],
  ])("refuses an unknown %s", async (_, input, message) => {
    await expect(set(input)).rejects.toMatchObject({ name: "ResourceNotFoundException", message });
  });

  it("refuses a client of another pool", async () => {
    const other = await makePool();
    const refused = { name: "ResourceNotFoundException" };
    await expect(set({ UserPoolId: other, ClientId, CSS })).rejects.toMatchObject(refused);
    await expect(read({ UserPoolId: other, ClientId })).rejects.toMatchObject(refused);
    await expect(read({ UserPoolId: NOWHERE })).rejects.toMatchObject(refused);
    expect(await rows(other)).toEqual([]);
  });

  it("goes with its client and with its pool, and not with a client that has the name of all", async () => {
    const pool = await makePool();
    const { ClientId: client } = await makeClient(pool);
    await set({ UserPoolId: pool, CSS });
    await set({ UserPoolId: pool, ClientId: client, CSS });
    await expect(call("DeleteUserPoolClient", { UserPoolId: pool, ClientId: "ALL" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    expect(await rows(pool)).toEqual(
      [{ client_id: "ALL" }, { client_id: client }].sort((a, b) => (a.client_id < b.client_id ? -1 : 1)),
    );
    await call("DeleteUserPoolClient", { UserPoolId: pool, ClientId: client });
    expect(await rows(pool)).toEqual([{ client_id: "ALL" }]);
    await call("DeleteUserPool", { UserPoolId: pool });
    expect(await rows(pool)).toEqual([]);
  });

  it("leaves nothing behind in a pool or of a client deleted at the same time", async () => {
    for (let round = 0; round < 4; round++) {
      const pool = await makePool();
      const { ClientId: client } = await makeClient(pool);
      await Promise.allSettled([
        set({ UserPoolId: pool, ClientId: client, CSS }),
        call("DeleteUserPoolClient", { UserPoolId: pool, ClientId: client }),
        set({ UserPoolId: pool, ClientId: client, CSS: OTHER }),
      ]);
      expect(await rows(pool)).toEqual([]);
      await Promise.allSettled([set({ UserPoolId: pool, CSS }), call("DeleteUserPool", { UserPoolId: pool })]);
      expect(await rows(pool)).toEqual([]);
    }
  });

  it("takes one round trip, and one more for the address of a logo", async () => {
    const client = await fresh();
    const [one] = await costsOf(() => set({ ClientId: client, CSS }));
    expect(one).toMatchObject({ operation: "SetUICustomization", hops: 1 });
    const pool = await makePool();
    const [two] = await costsOf(() => set({ UserPoolId: pool, ImageFile: bytes(PNG) }));
    expect(two).toMatchObject({ operation: "SetUICustomization", hops: 2 });
  });
});
