import { z } from "zod";

// What functions may answer with (Amazon Cognito: customizing user pool workflows with Lambda triggers, a page for
// each). Members that are preset null may stay so, and typed languages write null for whatever they leave unset.
// Unknown members fall away. All of it is built on first use: schemas are slow to build.

const flag = () => z.boolean().nullish();
const text = () => z.string().nullish();
const texts = () => z.record(z.string(), z.string()).nullish();
const list = () => z.array(z.string()).nullish();

/** RFC 6749 §3.3: a scope holds no space, quote or backslash. */
const scopes = () => z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/)).nullish();

const groupOverrideDetails = () =>
  z.object({ groupsToOverride: list(), iamRolesToOverride: list(), preferredRole: text() }).nullish();

/** Version V1_0: claims are texts. */
const claims = () =>
  z.object({
    claimsOverrideDetails: z
      .object({
        claimsToAddOrOverride: texts(),
        claimsToSuppress: list(),
        groupOverrideDetails: groupOverrideDetails(),
      })
      .nullish(),
  });

/** Levels that a claim may nest: deeper ones would exhaust the stack of whoever writes or reads the token. */
const DEEPEST = 100;

const isShallow = (value: unknown, levels = DEEPEST): boolean =>
  typeof value !== "object" ||
  value === null ||
  (levels > 0 && Object.values(value).every((each) => isShallow(each, levels - 1)));

/** Versions V2_0 and V3_0: claims may be anything. */
const claimsAndScopes = () => {
  const claim = z.unknown().refine((value) => isShallow(value));
  const generation = { claimsToAddOrOverride: z.record(z.string(), claim).nullish(), claimsToSuppress: list() };
  return z.object({
    claimsAndScopeOverrideDetails: z
      .object({
        idTokenGeneration: z.object(generation).nullish(),
        accessTokenGeneration: z.object({ ...generation, scopesToAdd: scopes(), scopesToSuppress: list() }).nullish(),
        groupOverrideDetails: groupOverrideDetails(),
      })
      .nullish(),
  });
};

const BUILD = {
  // Preset false, hence never null.
  PreSignUp: () =>
    z.object({
      autoConfirmUser: z.boolean().optional(),
      autoVerifyEmail: z.boolean().optional(),
      autoVerifyPhone: z.boolean().optional(),
    }),
  PostConfirmation: () => z.object({}),
  PreAuthentication: () => z.object({}),
  PostAuthentication: () => z.object({}),
  DefineAuthChallenge: () => z.object({ challengeName: text(), issueTokens: flag(), failAuthentication: flag() }),
  CreateAuthChallenge: () =>
    z.object({
      publicChallengeParameters: texts(),
      privateChallengeParameters: texts(),
      challengeMetadata: text(),
    }),
  VerifyAuthChallengeResponse: () => z.object({ answerCorrect: flag() }),
  PreTokenGeneration: claims,
  PreTokenGenerationV2: claimsAndScopes,
  UserMigration: () =>
    z.object({
      userAttributes: texts(),
      finalUserStatus: text(),
      messageAction: text(),
      desiredDeliveryMediums: z.array(z.enum(["SMS", "EMAIL"])).nullish(),
      forceAliasCreation: flag(),
      enableSMSMFA: flag(),
    }),
  CustomMessage: () => z.object({ smsMessage: text(), emailMessage: text(), emailSubject: text() }),
  CustomEmailSender: () => z.object({}),
  CustomSMSSender: () => z.object({}),
  InboundFederation: () => z.object({ userAttributesToMap: texts() }),
};

type Built<Name extends keyof typeof BUILD> = z.infer<ReturnType<(typeof BUILD)[Name]>>;

/** What each trigger answers with. Of PreTokenGeneration one or the other, by the version of its event. */
export type Responses = {
  [Name in Exclude<keyof typeof BUILD, "PreTokenGeneration" | "PreTokenGenerationV2">]: Built<Name>;
} & { PreTokenGeneration: Built<"PreTokenGeneration"> & Built<"PreTokenGenerationV2"> };

/** A point at which a pool's owner can have their own code decide, named as in `LambdaConfig`. */
export type Trigger = keyof Responses;

const built = new Map<string, z.ZodType<object>>();

const schemaOf = (name: keyof typeof BUILD): z.ZodType<object> => {
  let schema = built.get(name);
  if (!schema) built.set(name, (schema = BUILD[name]()));
  return schema;
};

let eventSchema: z.ZodType<{ response: object }> | undefined;

/**
 * The event as it must come back, whole (Amazon Cognito: common Lambda trigger parameters). Only `response` is read.
 */
const wholeEvent = () =>
  (eventSchema ??= z.object({
    version: z.string(),
    triggerSource: z.string(),
    region: z.string(),
    userPoolId: z.string(),
    userName: z.string(),
    callerContext: z.record(z.string(), z.unknown()),
    request: z.record(z.string(), z.unknown()),
    response: z.record(z.string(), z.unknown()),
  }));

/**
 * The response in what a function returned.
 * @param version of the event
 * @returns undefined when it is no event, or a member of its response is not of its type
 */
export function readResponse<Name extends Trigger>(
  trigger: Name,
  version: string,
  returned: unknown,
): Responses[Name] | undefined {
  const event = wholeEvent().safeParse(returned);
  if (!event.success) return undefined;
  const name = trigger === "PreTokenGeneration" && version !== "1" ? "PreTokenGenerationV2" : trigger;
  const response = schemaOf(name).safeParse(event.data.response);
  return response.success ? (response.data as Responses[Name]) : undefined;
}
