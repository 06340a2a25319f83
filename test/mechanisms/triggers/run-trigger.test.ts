import { beforeAll, describe, expect, it } from "vitest";
import { makeClient, makePool, makeUser, signIn } from "../../client.ts";
import { newFunction } from "../../triggers/functions.ts";
import { ACTS, ClientMetadata, makeScene, type Scene, TRIGGERS, triggerOf } from "./acts.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await makeScene();
});

/** The events that the function got while an act was done in the pool with all its triggers. */
async function eventsOf(prepare: (scene: Scene) => Promise<() => Promise<unknown>>) {
  await scene.configure([]);
  const act = await prepare(scene);
  const before = (await scene.fn.events()).length;
  await scene.configure(TRIGGERS);
  const refusal = await act().then(
    () => undefined,
    (error: Error) => error,
  );
  return { refusal, events: (await scene.fn.events()).slice(before) };
}

describe("[Amazon Cognito: user pool Lambda triggers] each act asks its triggers in order, and no others:", () => {
  it.each(ACTS)("%s", async (_, prepare, sources) => {
    const { refusal, events } = await eventsOf(prepare);
    expect(refusal).toBeUndefined();
    expect(events.map(({ triggerSource }) => triggerSource)).toEqual(sources);
  });
});

describe("each act ends at the trigger that refuses it:", () => {
  it.each(ACTS.filter(([, , sources]) => sources.length > 0))("%s", async (_, prepare, sources) => {
    for (const [at, source] of sources.entries()) {
      await scene.fn.script({ [source]: { error: "Not today" }, "*": {} });
      const { refusal, events } = await eventsOf(prepare);
      await scene.fn.script({ "*": {} });
      const message = `${triggerOf(source)} failed with error Not today.`;
      expect(refusal).toMatchObject({ name: "UserLambdaValidationException", message });
      expect(events.map(({ triggerSource }) => triggerSource)).toEqual(sources.slice(0, at + 1));
    }
  });
});

describe("[Amazon Cognito API: ClientMetadata] reaches", () => {
  /** By act and source: the member of the request that holds the metadata, where any does. */
  const REACHES: Record<string, Record<string, "clientMetadata" | "validationData" | undefined>> = {
    "sign-in by password": {
      PreAuthentication_Authentication: "validationData",
      PostAuthentication_Authentication: undefined,
      TokenGeneration_Authentication: undefined,
    },
    "the begin of a sign-in by SRP": { PreAuthentication_Authentication: "validationData" },
    REFRESH_TOKEN_AUTH: { TokenGeneration_RefreshTokens: undefined },
  };

  it.each(ACTS)("of %s the triggers that are told of it", async (name, prepare, sources) => {
    const { events } = await eventsOf(prepare);
    expect(events).toHaveLength(sources.length);
    for (const { triggerSource, request } of events) {
      const member = REACHES[name] ? REACHES[name][triggerSource] : "clientMetadata";
      const { clientMetadata, validationData } = request;
      const told = { ...(clientMetadata && { clientMetadata }), ...(validationData && { validationData }) };
      expect(told).toEqual(member ? { [member]: ClientMetadata } : {});
    }
  });
});

describe("[Amazon Cognito: pre token generation Lambda trigger]", () => {
  it.each([
    ["V1_0", "1"],
    ["V2_0", "2"],
    ["V3_0", "3"],
  ])("PreTokenGenerationConfig of %s is told so by event version %s", async (LambdaVersion, version) => {
    const fn = newFunction();
    await fn.script({ "*": {} });
    const LambdaConfig = { PreTokenGenerationConfig: { LambdaVersion, LambdaArn: fn.arn } };
    const UserPoolId = await makePool({ LambdaConfig });
    const { ClientId } = await makeClient(UserPoolId);
    await makeUser(UserPoolId, "ann");
    await signIn(ClientId, "ann");
    const events = await fn.events();
    expect(events.map((event) => [event.triggerSource, event.version])).toEqual([
      ["TokenGeneration_Authentication", version],
    ]);
  });
});
