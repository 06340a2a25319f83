import { Hono } from "hono";
import about from "../../package.json" with { type: "json" };
import type { Call } from "../call.ts";
import { listPools } from "../directory/pools.ts";
import { Facts, Listing, Page } from "../ui/layout.tsx";
import { pageHeaders } from "../ui/page-headers.ts";

export const welcome = new Hono<{ Bindings: Cloudflare.Env; Variables: { call: Call } }>();

/** What is running here, for whoever opens the address in a browser. Which pools there are is told in development only. */
welcome.get("/", async (c) => {
  const { db, settings, origin } = c.get("call");
  const [pool] = settings.development ? await listPools(db, 1) : [];
  const page = (
    <Welcome origin={origin} region={settings.region} development={settings.development} poolId={pool?.id} />
  );
  return c.html(page, 200, await pageHeaders());
});

interface Shown {
  origin: string;
  region: string;
  development: boolean;
  poolId: string | undefined;
}

const Link = ({ to }: { to: string }) => <a href={to}>{to}</a>;

const Welcome = ({ origin, region, development, poolId }: Shown) => (
  <Page title="Limen">
    <h1>Limen is running</h1>
    <p class="soft">
      An identity service that speaks Amazon Cognito's protocol. Version {about.version}
      {development && ", in development"}.
    </p>
    <h2>Addresses</h2>
    <Facts
      of={[
        ["Endpoint for AWS SDKs", <code>{origin}</code>],
        ["Region", <code>{region}</code>],
        ["Health", <Link to="/health" />],
        ...(development ? developing(poolId) : []),
      ]}
    />
    <h2>First steps</h2>
    {development ? (
      <Listing label="First steps with the AWS command line">
        {`export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION=${region}
aws cognito-idp list-user-pools --max-results 10 --endpoint-url ${origin}
${poolId === undefined ? "" : `aws cognito-idp list-users --user-pool-id ${poolId} --endpoint-url ${origin}\n`}`}
      </Listing>
    ) : (
      <Listing label="First steps with the AWS SDK for JavaScript">
        {`import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";

const client = new CognitoIdentityProviderClient({ endpoint: "${origin}", region: "${region}" });
`}
      </Listing>
    )}
  </Page>
);

const developing = (poolId: string | undefined): [string, ReturnType<typeof Link>][] => [
  ["Outbox", <Link to="/dev/outbox" />],
  ...(poolId === undefined
    ? []
    : ([
        ["Discovery of a pool", <Link to={`/${poolId}/.well-known/openid-configuration`} />],
        ["Its keys", <Link to={`/${poolId}/.well-known/jwks.json`} />],
      ] as [string, ReturnType<typeof Link>][])),
];
