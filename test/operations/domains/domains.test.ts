import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call, type Fault, makePool } from "../../client.ts";
import { costsOf } from "../../cost.ts";

const NOWHERE = "us-east-1_nowhere12";
const CERTIFICATE = "arn:aws:acm:us-east-1:000000000000:certificate/11111111-2222-3333-4444-555555555555";
const CustomDomainConfig = { CertificateArn: CERTIFICATE, SecurityPolicy: "TLS_V1_2_2021" };
const Routing = { Failover: { SecondaryRegion: "eu-west-1", PrimaryRoute53HealthCheckId: "health" } };
const PARAMETER = "InvalidParameterException";
const NO_DOMAIN = { name: PARAMETER, message: "No such domain or user pool exists." };
const TAKEN = { name: PARAMETER, message: "Domain already associated with another user pool." };
const HAS_ONE = { name: PARAMETER, message: "User pool already has a domain configured." };

let count = 0;
/** A prefix, or the host of a custom domain, that nothing else uses. */
const freshPrefix = () => `fresh-${count++}`;
const freshHost = () => `${freshPrefix()}.example.com`;

const create = (UserPoolId: string, Domain: string, more: object = {}) =>
  call("CreateUserPoolDomain", { UserPoolId, Domain, ...more });
const describeDomain = async (Domain: string) => (await call("DescribeUserPoolDomain", { Domain })).DomainDescription;
const update = (UserPoolId: string, Domain: string, more: object) =>
  call("UpdateUserPoolDomain", { UserPoolId, Domain, ...more });
const remove = (UserPoolId: string, Domain: string) => call("DeleteUserPoolDomain", { UserPoolId, Domain });
const describePool = async (UserPoolId: string) => (await call("DescribeUserPool", { UserPoolId })).UserPool;
const refusals = (outcomes: PromiseSettledResult<unknown>[]): Fault[] =>
  outcomes.filter((each) => each.status === "rejected").map(({ reason }) => reason as Fault);

describe("CreateUserPoolDomain", () => {
  it("makes a prefix domain with classic pages, which pool and domain then show", async () => {
    const UserPoolId = await makePool();
    const Domain = freshPrefix();
    expect(await create(UserPoolId, Domain)).toEqual({ ManagedLoginVersion: 1 });
    expect(await describeDomain(Domain)).toEqual({
      UserPoolId,
      AWSAccountId: "000000000000",
      Domain,
      CloudFrontDistribution: "limen.test",
      Status: "ACTIVE",
      ManagedLoginVersion: 1,
    });
    const pool = await describePool(UserPoolId);
    expect(pool.Domain).toBe(Domain);
    expect(pool).not.toHaveProperty("CustomDomain");
  });

  it("makes a custom domain, keeps its certificate, and tells where its name must lead", async () => {
    const UserPoolId = await makePool();
    const Domain = freshHost();
    const settings = { CustomDomainConfig, ManagedLoginVersion: 2, Routing };
    const answer = { ManagedLoginVersion: 2, CloudFrontDomain: "limen.test", Routing };
    expect(await create(UserPoolId, Domain, settings)).toEqual(answer);
    expect(await describeDomain(Domain)).toEqual({
      UserPoolId,
      AWSAccountId: "000000000000",
      Domain,
      CloudFrontDistribution: "limen.test",
      Status: "ACTIVE",
      ...settings,
    });
    const pool = await describePool(UserPoolId);
    expect(pool.CustomDomain).toBe(Domain);
    expect(pool).not.toHaveProperty("Domain");
  });

  it("gives a pool one of each kind, and no second of either, even when calls race", async () => {
    const UserPoolId = await makePool();
    for (const make of [
      () => create(UserPoolId, freshPrefix()),
      () => create(UserPoolId, freshHost(), { CustomDomainConfig }),
    ]) {
      const outcomes = await Promise.allSettled([make(), make(), make()]);
      expect(refusals(outcomes)).toEqual([expect.objectContaining(HAS_ONE), expect.objectContaining(HAS_ONE)]);
    }
    const pool = await describePool(UserPoolId);
    expect((await describeDomain(pool.Domain)).UserPoolId).toBe(UserPoolId);
    expect((await describeDomain(pool.CustomDomain)).UserPoolId).toBe(UserPoolId);
  });

  it.each<[string, () => string, object]>([
    ["prefix", freshPrefix, {}],
    ["custom domain", freshHost, { CustomDomainConfig }],
  ])("gives a %s to one pool, even when many claim it at once", async (_, fresh, more) => {
    const pools = await Promise.all(Array.from({ length: 5 }, () => makePool()));
    const Domain = fresh();
    const outcomes = await Promise.allSettled(pools.map((pool) => create(pool, Domain, more)));
    expect(refusals(outcomes)).toEqual(Array(4).fill(expect.objectContaining(TAKEN)));
    const winner = pools[outcomes.findIndex(({ status }) => status === "fulfilled")];
    expect((await describeDomain(Domain)).UserPoolId).toBe(winner);
  });

  it.each([
    ["aws", "my-aws-login"],
    ["amazon", "amazonia"],
    ["cognito", "incognito"],
  ])("refuses a prefix with the reserved word %s", async (word, Domain) => {
    await expect(create(await makePool(), Domain)).rejects.toMatchObject({
      name: PARAMETER,
      message: `Domain cannot contain reserved word: ${word}`,
    });
  });

  it("takes reserved words in a custom domain, which is its owner's", async () => {
    await create(await makePool(), "cognito.aws-friends.example.com", { CustomDomainConfig });
  });

  it("refuses a prefix with dots: a whole host needs CustomDomainConfig", async () => {
    await expect(create(await makePool(), "auth.example.com")).rejects.toMatchObject({
      name: PARAMETER,
      message: expect.stringMatching(/^The domain name contains an invalid character\./),
    });
  });

  it.each(["Upper", "under_score", "-dash", "dash-", "with space", "", "dot.", ".dot", "a..b", "ü", "a".repeat(64)])(
    "refuses what can be no label of a host: %j",
    async (Domain) => {
      const UserPoolId = await makePool();
      await expect(create(UserPoolId, Domain)).rejects.toMatchObject({ name: PARAMETER });
      await expect(create(UserPoolId, `${Domain}.example.com`, { CustomDomainConfig })).rejects.toMatchObject({
        name: PARAMETER,
      });
    },
  );

  it("takes the longest names, and none that is longer", async () => {
    const label = "a".repeat(63);
    await create(await makePool(), label);
    const host = `${`${label}.`.repeat(3)}${"b".repeat(61)}`;
    expect(host).toHaveLength(253);
    const UserPoolId = await makePool();
    await expect(create(UserPoolId, `${host}b`, { CustomDomainConfig })).rejects.toMatchObject({ name: PARAMETER });
    await create(UserPoolId, host, { CustomDomainConfig });
  });

  it.each(["localhost", "com", "127.0.0.1", "10.0.0.300"])(
    "refuses a custom domain that is no name below a top-level domain: %s",
    async (Domain) => {
      await expect(create(await makePool(), Domain, { CustomDomainConfig })).rejects.toMatchObject({
        name: PARAMETER,
        message: expect.stringMatching(/^Custom domain is not a valid subdomain/),
      });
    },
  );

  it("refuses the worker's own host", async () => {
    await expect(create(await makePool(), "limen.test", { CustomDomainConfig })).rejects.toMatchObject({
      name: PARAMETER,
      message: "The host limen.test belongs to this service itself.",
    });
  });

  it.each([
    ["a custom domain without certificate", { CustomDomainConfig: {} }],
    ["a certificate that is no ARN", { CustomDomainConfig: { CertificateArn: "my certificate, really" } }],
    ["a TLS policy that does not exist", { CustomDomainConfig: { ...CustomDomainConfig, SecurityPolicy: "SSL" } }],
    ["half a failover", { CustomDomainConfig, Routing: { Failover: { SecondaryRegion: "eu-west-1" } } }],
    ["pages of version 0", { CustomDomainConfig, ManagedLoginVersion: 0 }],
    ["pages of version 3", { CustomDomainConfig, ManagedLoginVersion: 3 }],
  ])("refuses %s", async (_, more) => {
    await expect(create(await makePool(), freshHost(), more)).rejects.toMatchObject({ name: PARAMETER });
  });

  it("refuses routing for a prefix domain", async () => {
    await expect(create(await makePool(), freshPrefix(), { Routing })).rejects.toMatchObject({
      name: PARAMETER,
      message: expect.stringMatching(/^Routing/),
    });
  });

  it("refuses a pool that is not there", async () => {
    await expect(create(NOWHERE, freshPrefix())).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: `User pool ${NOWHERE} does not exist.`,
    });
  });

  it("takes two round trips", async () => {
    const UserPoolId = await makePool();
    const [cost] = await costsOf(() => create(UserPoolId, freshPrefix()));
    expect(cost).toMatchObject({ event: "operation", hops: 2 });
  });
});

describe("DescribeUserPoolDomain", () => {
  it.each(["nobodys", "nobodys.example.com"])("describes a domain that does not exist by nothing: %s", async (name) => {
    expect(await call("DescribeUserPoolDomain", { Domain: name })).toEqual({ DomainDescription: {} });
  });
});

describe("UpdateUserPoolDomain", () => {
  it("changes the version of the pages of a prefix domain", async () => {
    const UserPoolId = await makePool();
    const Domain = freshPrefix();
    await create(UserPoolId, Domain);
    expect(await update(UserPoolId, Domain, { ManagedLoginVersion: 2 })).toEqual({ ManagedLoginVersion: 2 });
    expect(await describeDomain(Domain)).toMatchObject({ Domain, ManagedLoginVersion: 2 });
  });

  it("changes what it is given of a custom domain, and nothing else", async () => {
    const UserPoolId = await makePool();
    const Domain = freshHost();
    await create(UserPoolId, Domain, { CustomDomainConfig, ManagedLoginVersion: 2 });
    const renewed = { CertificateArn: CERTIFICATE.replaceAll("1", "9") };
    const front = { CloudFrontDomain: "limen.test" };
    expect(await update(UserPoolId, Domain, { CustomDomainConfig: renewed })).toEqual({
      ManagedLoginVersion: 2,
      ...front,
    });
    expect(await update(UserPoolId, Domain, { Routing })).toEqual({ ManagedLoginVersion: 2, Routing, ...front });
    const described = await describeDomain(Domain);
    expect(described).toMatchObject({ ManagedLoginVersion: 2, Routing, Status: "ACTIVE" });
    expect(described.CustomDomainConfig).toEqual(renewed);
  });

  it("keeps both of two changes that arrive at once", async () => {
    const UserPoolId = await makePool();
    const Domain = freshHost();
    await create(UserPoolId, Domain, { CustomDomainConfig });
    await Promise.all([
      update(UserPoolId, Domain, { ManagedLoginVersion: 2 }),
      update(UserPoolId, Domain, { Routing }),
    ]);
    expect(await describeDomain(Domain)).toMatchObject({ ManagedLoginVersion: 2, Routing, CustomDomainConfig });
  });

  it.each<[string, object]>([
    ["a certificate", { CustomDomainConfig }],
    ["routing", { Routing }],
    ["pages of version 3", { ManagedLoginVersion: 3 }],
  ])("refuses %s for a prefix domain", async (_, more) => {
    const UserPoolId = await makePool();
    const Domain = freshPrefix();
    await create(UserPoolId, Domain);
    const before = await describeDomain(Domain);
    await expect(update(UserPoolId, Domain, more)).rejects.toMatchObject({ name: PARAMETER });
    expect(await describeDomain(Domain)).toEqual(before);
  });

  it("refuses a domain that is not there, or another pool's, or of no pool", async () => {
    const Domain = freshPrefix();
    const owner = await makePool();
    await create(owner, Domain);
    const change = { ManagedLoginVersion: 2 };
    await expect(update(owner, "nobodys", change)).rejects.toMatchObject(NO_DOMAIN);
    await expect(update(await makePool(), Domain, change)).rejects.toMatchObject(NO_DOMAIN);
    await expect(update(NOWHERE, Domain, change)).rejects.toMatchObject(NO_DOMAIN);
    expect((await describeDomain(Domain)).ManagedLoginVersion).toBe(1);
  });
});

describe("DeleteUserPoolDomain", () => {
  it("frees the name and the place at once", async () => {
    const [one, two] = [await makePool(), await makePool()];
    const Domain = freshPrefix();
    await create(one, Domain);
    expect(await remove(one, Domain)).toEqual({});
    expect(await describeDomain(Domain)).toEqual({});
    expect(await describePool(one)).not.toHaveProperty("Domain");
    await create(two, Domain);
    await create(one, freshPrefix());
    expect((await describeDomain(Domain)).UserPoolId).toBe(two);
  });

  it("refuses a domain that is not there, also the second time, or another pool's", async () => {
    const Domain = freshPrefix();
    const owner = await makePool();
    await create(owner, Domain);
    await expect(remove(owner, "nobodys")).rejects.toMatchObject(NO_DOMAIN);
    await expect(remove(await makePool(), Domain)).rejects.toMatchObject(NO_DOMAIN);
    expect((await describeDomain(Domain)).UserPoolId).toBe(owner);
    await remove(owner, Domain);
    await expect(remove(owner, Domain)).rejects.toMatchObject(NO_DOMAIN);
  });
});

describe("a pool with a domain", () => {
  const refused = {
    name: PARAMETER,
    message: "User pool cannot be deleted. It has a domain configured that should be deleted first.",
  };

  it.each<[string, () => string, object]>([
    ["prefix", freshPrefix, {}],
    ["custom", freshHost, { CustomDomainConfig }],
  ])("cannot be deleted until its %s domain is", async (_, fresh, more) => {
    const UserPoolId = await makePool();
    const Domain = fresh();
    await create(UserPoolId, Domain, more);
    await expect(call("DeleteUserPool", { UserPoolId })).rejects.toMatchObject(refused);
    expect((await describePool(UserPoolId)).Id).toBe(UserPoolId);
    await remove(UserPoolId, Domain);
    await call("DeleteUserPool", { UserPoolId });
  });

  it("is never deleted while a domain is made, and no domain outlives its pool", async () => {
    for (let round = 0; round < 6; round++) {
      const UserPoolId = await makePool();
      const Domain = freshPrefix();
      const [deleted, created] = await Promise.allSettled([
        call("DeleteUserPool", { UserPoolId }),
        create(UserPoolId, Domain),
      ]);
      expect([deleted.status, created.status].toSorted()).toEqual(["fulfilled", "rejected"]);
      const { results } = await env.DB.prepare("select id from pools where id = ?").bind(UserPoolId).all();
      expect(results).toHaveLength(created.status === "fulfilled" ? 1 : 0);
      expect(await describeDomain(Domain)).toMatchObject(created.status === "fulfilled" ? { UserPoolId } : {});
    }
  });
});

describe("managed login and the LITE tier", () => {
  const unavailable = { name: "FeatureUnavailableInTierException" };

  it("refuses version 2 of the pages to a pool of that tier", async () => {
    const UserPoolId = await makePool({ UserPoolTier: "LITE" });
    const Domain = freshPrefix();
    await expect(create(UserPoolId, Domain, { ManagedLoginVersion: 2 })).rejects.toMatchObject(unavailable);
    await create(UserPoolId, Domain);
    await expect(update(UserPoolId, Domain, { ManagedLoginVersion: 2 })).rejects.toMatchObject(unavailable);
    expect((await describeDomain(Domain)).ManagedLoginVersion).toBe(1);
  });

  it("refuses the tier to a pool with such pages", async () => {
    const UserPoolId = await makePool();
    const Domain = freshPrefix();
    await create(UserPoolId, Domain, { ManagedLoginVersion: 2 });
    const lower = () => call("UpdateUserPool", { UserPoolId, UserPoolTier: "LITE" });
    await expect(lower()).rejects.toMatchObject({ name: "TierChangeNotAllowedException" });
    await update(UserPoolId, Domain, { ManagedLoginVersion: 1 });
    await lower();
    expect((await describePool(UserPoolId)).UserPoolTier).toBe("LITE");
  });

  it("never lets both come true when they race", async () => {
    for (let round = 0; round < 6; round++) {
      const UserPoolId = await makePool();
      const Domain = freshPrefix();
      await create(UserPoolId, Domain);
      await Promise.allSettled([
        call("UpdateUserPool", { UserPoolId, UserPoolTier: "LITE" }),
        update(UserPoolId, Domain, { ManagedLoginVersion: 2 }),
      ]);
      const { UserPoolTier } = await describePool(UserPoolId);
      const { ManagedLoginVersion } = await describeDomain(Domain);
      expect([
        ["LITE", 1],
        ["ESSENTIALS", 2],
      ]).toContainEqual([UserPoolTier, ManagedLoginVersion]);
    }
  });
});
