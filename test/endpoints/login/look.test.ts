import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { toBase64, utf8 } from "../../../src/lib/encoding.ts";
import { sha256 } from "../../../src/lib/hash.ts";
import { call, makePool } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { get } from "../../fetch.ts";
import { authorizeUrl, makeWebClient } from "./person.ts";

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
const ImageFile = toBase64(PNG);
const BLUE = ".submitButton-customizable { background-color: blue }";

let pool: string;
beforeAll(async () => {
  pool = await makePool();
});

const client = async (of = pool) => (await makeWebClient(of)).ClientId;
const look = (ClientId: string, input: object, UserPoolId = pool) =>
  call("SetUICustomization", { UserPoolId, ClientId, ...input });
const page = (id: string) => get(authorizeUrl(id, {}, "/login"));
const styles = (html: string) => [...html.matchAll(/<style>([^<]*)<\/style>/g)].map(([, text]) => text as string);

describe("the look of a client's pages", () => {
  it("is its own, of which nothing but what was compiled reaches the page, allowed by its hash", async () => {
    const id = await client();
    await look(id, { CSS: `/* mine </style> */ ${BLUE}`, ImageFile });
    const response = await page(id);
    const html = await response.text();
    const [, own = ""] = styles(html);
    expect(own).toBe(".submitButton-customizable{background-color:blue}");
    expect(html).not.toContain("mine");
    const hash = toBase64(await sha256(utf8(own)));
    expect(response.headers.get("content-security-policy")).toContain(`'sha256-${hash}'`);
    expect(html).toMatch(new RegExp(`<img[^>]* src="/ui/${pool}/${id}/[\\w-]+/logo"`));
  });

  it("is that of its pool where it has none, and none where there is none", async () => {
    const other = await makePool();
    const plain = await (await page(await client(other))).text();
    expect(styles(plain)).toHaveLength(1);
    expect(plain).not.toContain("<img");
    await look("ALL", { CSS: BLUE, ImageFile }, other);
    const shared = await (await page(await client(other))).text();
    expect(styles(shared)).toHaveLength(2);
    expect(shared).toContain(`src="/ui/${other}/ALL/`);
    const id = await client(other);
    await look(id, { ImageFile }, other);
    const own = await (await page(id)).text();
    expect(styles(own)).toHaveLength(1);
    expect(own).toContain(`src="/ui/${other}/${id}/`);
  });

  it("[Cognito classic is light] is light in dark mode, too: its colours were chosen for that", async () => {
    const [plain, coloured, marked] = [await client(), await client(), await client()];
    await look(coloured, { CSS: BLUE });
    await look(marked, { ImageFile });
    expect(await (await page(plain)).text()).toContain('<html lang="en">');
    expect(await (await page(coloured)).text()).toContain('<html lang="en" class="light">');
    expect(await (await page(marked)).text()).toContain('<html lang="en" class="light">');
  });

  it("changes at once where it was set, and within five seconds elsewhere", async () => {
    const id = await client();
    expect(styles(await (await page(id)).text())).toHaveLength(1);
    await look(id, { CSS: BLUE });
    expect(styles(await (await page(id)).text())).toHaveLength(2);
    await env.DB.prepare("delete from ui_customizations where client_id = ?").bind(id).run();
    expect(styles(await (await page(id)).text())).toHaveLength(2);
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 5_001);
    try {
      expect(styles(await (await page(id)).text())).toHaveLength(1);
    } finally {
      vi.restoreAllMocks();
    }
  });

  it("is on the pages beside the authorization, too", async () => {
    const id = await client();
    await look(id, { CSS: BLUE });
    const paths = [`/logout?client_id=${id}`, `/confirmUser?client_id=${id}&user_name=a&confirmation_code=1`];
    for (const path of paths) expect(styles(await (await get(path)).text())).toHaveLength(2);
    expect(styles(await (await get("/logout?client_id=unknown")).text())).toHaveLength(1);
    expect(styles(await (await get(`/logout?client_id=${"a".repeat(129)}`)).text())).toHaveLength(1);
  });

  it("is not at the domain of another pool", async () => {
    const other = await makePool();
    const CustomDomainConfig = { CertificateArn: "arn:aws:acm:us-east-1:000000000000:certificate/a" };
    await call("CreateUserPoolDomain", { UserPoolId: other, Domain: "page.other.test", CustomDomainConfig });
    await call("CreateUserPoolDomain", { UserPoolId: pool, Domain: "page.own.test", CustomDomainConfig });
    const id = await client();
    await look(id, { CSS: BLUE });
    const at = async (host: string) => styles(await (await get(`http://${host}/logout?client_id=${id}`)).text());
    expect(await at("page.other.test")).toHaveLength(1);
    expect(await at("page.own.test")).toHaveLength(2);
  });

  it("leaves out a style sheet that the rules of today do not allow, however it came to be stored", async () => {
    const id = await client();
    await look(id, { CSS: BLUE, ImageFile });
    const hostile = "body{background:url(//evil.test)}</style><script>alert(1)</script>";
    await env.DB.prepare("update ui_customizations set css = ? where client_id = ?").bind(hostile, id).run();
    const html = await (await page(id)).text();
    expect(html).not.toContain("evil");
    expect(html).toContain("/logo");
  });

  it("costs no round trip of its own, cold or warm", async () => {
    const id = await client();
    const [cold] = await costsOf(() => page(id));
    const [warm] = await costsOf(() => page(id));
    expect([cold?.hops, warm?.hops]).toEqual([1, 0]);
  });
});

describe("a logo", () => {
  let own: string;
  beforeAll(async () => {
    own = await makePool();
  });

  const logoUrl = async (input: object = { ImageFile }) => {
    const id = await client(own);
    return new URL((await look(id, input, own)).UICustomization.ImageUrl);
  };

  it("is answered as it was sent, kept for ever, and never as a document", async () => {
    const response = await get((await logoUrl()).pathname);
    expect(response.status).toBe(200);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(PNG);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "image/png",
      "cache-control": "public, max-age=31536000, immutable",
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
    });
    const jpeg = await get((await logoUrl({ ImageFile: toBase64(new Uint8Array([0xff, 0xd8, 0xff, 0xe0])) })).pathname);
    expect(jpeg.headers.get("content-type")).toBe("image/jpeg");
  });

  it("is the present one at the address of a former one, and not kept there", async () => {
    const former = await logoUrl();
    await look(former.pathname.split("/")[3] as string, { ImageFile }, own);
    const response = await get(former.pathname);
    expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
  });

  it("is not there for a client without one, an unknown client, pool or name", async () => {
    const { pathname } = await logoUrl();
    const id = pathname.split("/")[3] as string;
    await look(id, { CSS: BLUE }, own);
    const paths = [pathname, "/ui/a/b/c/logo", `/ui/${own}/__proto__/x/logo`, `/ui/${own}/ALL/x/logo`];
    for (const path of paths) expect((await get(path)).status).toBe(404);
  });

  it("is not at the domain of another pool", async () => {
    const { pathname } = await logoUrl();
    const other = await makePool();
    const CustomDomainConfig = { CertificateArn: "arn:aws:acm:us-east-1:000000000000:certificate/a" };
    await call("CreateUserPoolDomain", { UserPoolId: other, Domain: "logo.other.test", CustomDomainConfig });
    await call("CreateUserPoolDomain", { UserPoolId: own, Domain: "logo.own.test", CustomDomainConfig });
    expect((await get(`http://logo.other.test${pathname}`)).status).toBe(404);
    expect((await get(`http://logo.own.test${pathname}`)).status).toBe(200);
  });
});
