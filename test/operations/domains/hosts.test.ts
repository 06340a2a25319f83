import { describe, expect, it } from "vitest";
import { makePool, requestOf } from "../../client.ts";
import { get } from "../../fetch.ts";

const CustomDomainConfig = { CertificateArn: "arn:aws:acm:us-east-1:000000000000:certificate/1" };

/** Creates a domain in a deployment of its own. @returns the answer, also of a refusal */
async function create(deployment: object, Domain: string, more: object = {}) {
  const UserPoolId = await makePool();
  const init = await requestOf("CreateUserPoolDomain", { UserPoolId, Domain, ...more });
  const response = await get("/", { method: "POST", ...init }, { ...deployment });
  return response.json<{ __type?: string; message?: string; CloudFrontDomain?: string }>();
}

const own = (host: string) => ({
  __type: "InvalidParameterException",
  message: `The host ${host} belongs to this service itself.`,
});

describe("with ORIGIN", () => {
  const deployment = { ORIGIN: "https://Login.Example.com:8443" };

  it("a custom domain must lead to the host of the issuer, whatever the administrator called", async () => {
    const answer = await create(deployment, "shop.example.com", { CustomDomainConfig });
    expect(answer.CloudFrontDomain).toBe("login.example.com");
  });

  it("the host of the issuer can be no pool's", async () => {
    expect(await create(deployment, "login.example.com", { CustomDomainConfig })).toEqual(own("login.example.com"));
  });
});

describe("with DOMAIN_SUFFIX", () => {
  const deployment = { ORIGIN: "https://id.auth.example.com", DOMAIN_SUFFIX: "auth.example.com" };

  it.each(["auth.example.com", "victim.auth.example.com", "a.b.auth.example.com"])(
    "a custom domain cannot stand where prefixes do: %s",
    async (host) => {
      expect(await create(deployment, host, { CustomDomainConfig })).toEqual(own(host));
    },
  );

  it("a prefix cannot be the worker's own host", async () => {
    expect(await create(deployment, "id")).toEqual(own("id.auth.example.com"));
  });

  it("other names are free", async () => {
    expect(await create(deployment, "ida")).toEqual({ ManagedLoginVersion: 1 });
    expect(await create(deployment, "notauth.example.com", { CustomDomainConfig })).toHaveProperty("CloudFrontDomain");
  });
});
