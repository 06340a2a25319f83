// An example of a worker behind triggers: what an owner of a pool would write, and a script for tests beside it. Stands
// alone, without imports, so that it runs as it is wherever a test needs it.

/** What a function answers with; the event comes back whole, with `response` laid over the preset one. */
export interface Reply {
  response?: object;
  /** An error of the function. */
  error?: string;
  /** What is sent in the place of the event, as it is. */
  body?: string;
  status?: number;
  headers?: Record<string, string>;
  /** Milliseconds before the answer. */
  delay?: number;
  /** Throws instead of answering. */
  breaks?: boolean;
}

/** The event of a trigger. */
export interface Event {
  version: string;
  triggerSource: string;
  region: string;
  userPoolId: string;
  userName: string;
  callerContext: { awsSdkVersion: string; clientId: string };
  request: Record<string, any>;
  response: Record<string, any>;
}

/** By trigger source, by what stands before its underscore, or `*`: replies in order, of which the last is repeated. */
export type Script = Record<string, Reply | Reply[]>;

interface Memory {
  events: Event[];
  script: Map<string, Reply[]>;
}

const functions = new Map<string, Memory>();

function memoryOf(name: string): Memory {
  let memory = functions.get(name);
  if (!memory) functions.set(name, (memory = { events: [], script: new Map() }));
  return memory;
}

const LEGACY_PASSWORD = "Legacy-Passw0rd!";
const QUESTION = "What is the capital of Iceland?";
const ANSWER = "Reykjavik";

/** An example for each trigger, by what its source begins with. */
const EXAMPLES: Record<string, (event: Event) => Reply> = {
  /** Colleagues need no confirmation, and competitors are not let in. */
  PreSignUp({ request: { userAttributes } }) {
    const email = String(userAttributes.email ?? "");
    if (email.endsWith("@rival.example")) return { error: "Not allowed" };
    const colleague = email.endsWith("@staff.example");
    return { response: { autoConfirmUser: colleague, autoVerifyEmail: colleague } };
  },
  /** A question, asked up to three times. */
  DefineAuthChallenge({ request: { session } }) {
    const last = session.at(-1);
    if (last?.challengeName === "SRP_A") return { response: { challengeName: "PASSWORD_VERIFIER" } };
    if (last?.challengeName === "CUSTOM_CHALLENGE" && last.challengeResult) return { response: { issueTokens: true } };
    const wrong = session.filter(({ challengeResult }: { challengeResult: boolean }) => !challengeResult).length;
    return { response: wrong < 3 ? { challengeName: "CUSTOM_CHALLENGE" } : { failAuthentication: true } };
  },
  CreateAuthChallenge: () => ({
    response: {
      publicChallengeParameters: { question: QUESTION },
      privateChallengeParameters: { answer: ANSWER },
      challengeMetadata: "QUESTION",
    },
  }),
  VerifyAuthChallengeResponse: ({ request: { privateChallengeParameters, challengeAnswer } }) => ({
    response: { answerCorrect: privateChallengeParameters.answer === challengeAnswer },
  }),
  TokenGeneration: ({ version }) =>
    version === "1"
      ? { response: { claimsOverrideDetails: { claimsToAddOrOverride: { plan: "gold" } } } }
      : {
          response: {
            claimsAndScopeOverrideDetails: {
              idTokenGeneration: { claimsToAddOrOverride: { plan: "gold" } },
              accessTokenGeneration: { claimsToAddOrOverride: { plan: "gold" }, scopesToAdd: ["gold"] },
            },
          },
        },
  CustomMessage: ({ request: { codeParameter, usernameParameter } }) => ({
    response: {
      smsMessage: `${usernameParameter ?? ""} Example: ${codeParameter}`.trim(),
      emailMessage: `${usernameParameter ?? ""} <b>Example</b>: ${codeParameter}`.trim(),
      emailSubject: "From the example",
    },
  }),
  /** Whoever is called `legacy-…` is known to the former directory. */
  UserMigration({ triggerSource, userName, request }) {
    if (!userName.startsWith("legacy-")) return {};
    const proven = request.password === LEGACY_PASSWORD;
    if (triggerSource === "UserMigration_Authentication" && !proven) return { error: "Bad password" };
    return {
      response: {
        userAttributes: { email: `${userName}@example.com`, email_verified: "true" },
        messageAction: "SUPPRESS",
        ...(proven && { finalUserStatus: "CONFIRMED" }),
      },
    };
  },
};

function replyTo(script: Memory["script"], event: Event): Reply {
  const begin = event.triggerSource.replace(/_.*/, "");
  const replies = script.get(event.triggerSource) ?? script.get(begin) ?? script.get("*");
  if (replies) return (replies.length > 1 ? replies.shift() : replies[0]) ?? {};
  return EXAMPLES[begin]?.(event) ?? {};
}

/**
 * Answers as a function: `POST` to the path of Lambda's Invoke, which names it. For tests it keeps, per function,
 * `GET /events/<name>` and takes a script by `PUT /script/<name>`.
 */
async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const [, kind, named = ""] = /^\/(events|script)\/([\w-]+)$/.exec(pathname) ?? [];
  if (kind === "events") return Response.json(memoryOf(named).events);
  if (kind === "script") {
    const script = Object.entries((await request.json()) as Script);
    memoryOf(named).script = new Map(script.map(([source, replies]) => [source, [replies].flat()]));
    return new Response();
  }
  const [, arn] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(pathname) ?? [];
  if (arn === undefined || request.method !== "POST") return new Response(null, { status: 404 });
  const { events, script } = memoryOf(decodeURIComponent(arn).split(":")[6] ?? "");
  const event = (await request.json()) as Event;
  events.push(structuredClone(event));
  const { response, error, body, status, headers = {}, delay = 0, breaks } = replyTo(script, event);
  await new Promise((resolve) => setTimeout(resolve, delay));
  if (breaks) throw new Error("broken on purpose");
  if (error !== undefined) return Response.json({ errorMessage: error }, { status: status ?? 400, headers });
  if (body !== undefined) return new Response(body, { status: status ?? 200, headers });
  if (status !== undefined && status !== 200) return new Response(null, { status, headers });
  return Response.json({ ...event, response: { ...event.response, ...response } }, { headers });
}

export default { fetch: answer };
