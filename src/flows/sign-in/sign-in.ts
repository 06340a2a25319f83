// The sign-in engine's words. Every face (API, pages, federation) drives it: `start` begins a flow, `answer` judges a
// challenge, `advance` looks at stored facts and picks what comes next. Steps know only how to offer themselves and how
// to judge an answer. None knows the next, but those whose answer picks or opens it (SELECT_CHALLENGE,
// DEVICE_SRP_AUTH).
import type { ChallengeNameType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../call.ts";
import type { Client } from "../../directory/clients.ts";
import type { BrowserSession } from "../../directory/browser-sessions.ts";
import type { Statement } from "../../directory/database.ts";
import type { Device } from "../../directory/devices.ts";
import type { Group } from "../../directory/groups.ts";
import type { Pool } from "../../directory/pools.ts";
import type { MfaFactor, User } from "../../directory/users.ts";
import type { Refusal } from "../../lib/refusal.ts";
import type { Tokens } from "../issue-tokens.ts";

/** What a sign-in ends with: tokens for an API client, or a session in a browser at the pages. */
export type Goal = "tokens" | "browser-session";

/** What a client says at every turn. */
export interface Turn {
  pool: Pool;
  client: Client;
  goal: Goal;
  /** What the browser proves its present session with, at the pages. */
  cookie?: string | undefined;
  /** What it proves with that it is a remembered device. */
  deviceCookie?: string | undefined;
  /** Whether the person wants it remembered as one. */
  trust?: boolean | undefined;
  /** Whether an administrator speaks for the user (AdminInitiateAuth, AdminRespondToAuthChallenge). */
  admin: boolean;
  /** AuthParameters or ChallengeResponses. */
  given: Record<string, string>;
  /** ClientMetadata that came with the flow's begin. Triggers before the first proof know it by this name; later ones never see it. */
  validationData?: Record<string, string> | undefined;
  /** ClientMetadata that came with the answer to a challenge. */
  clientMetadata?: Record<string, string> | undefined;
}

/** Who wants to sign in: perhaps nobody, where the client is not to be told that there is no such user. */
export interface Candidate {
  turn: Turn;
  /** As submitted. */
  name: string;
  /** The user's; for a name that nobody has, what its tries are counted under, by which reads find nobody. */
  sub: string;
  /** USER_ID_FOR_SRP: the user's name, or what stands for one. */
  username: string;
  user: User | undefined;
  groups: Group[];
  /** What DEVICE_KEY names or the browser's cookie proves, if it is the user's. */
  device: Device | undefined;
  /** Challenges passed, oldest first. The first is what the sign-in began with. */
  passed: ChallengeNameType[];
  /** Whether the authenticator of a passkey has verified its user, too. */
  userVerified?: boolean | undefined;
  /** Of USER_AUTH: the first factors that were offered. */
  available?: ChallengeNameType[] | undefined;
  /** The second factor that was picked of several. */
  chosen?: MfaFactor | undefined;
  /** Of CUSTOM_AUTH. */
  custom?: CustomFlow | undefined;
  /** Scopes that the access token will have. */
  scope: string;
  /**
   * Statements that the last step decided on. They run in the same batch as what comes next, so a step that ends the
   * sign-in costs no hop of its own. `user` is as they leave it.
   */
  writes: Statement[];
  /** What is said where the writes came too late, another answer having been first. */
  overtaken?: (() => Refusal) | undefined;
}

/** A sign-in under way, once its first factor was proven. */
export interface SignIn extends Candidate {
  user: User;
}

/**
 * A sign-in whose challenges the owner's triggers choose (Amazon Cognito: custom authentication challenge Lambda
 * triggers).
 */
export interface CustomFlow {
  /** What the triggers are told as `session`, oldest first. */
  answered: { challengeName: string; challengeResult: boolean; challengeMetadata?: string }[];
  /** Whether DefineAuthChallenge has said that tokens are to be issued. */
  done: boolean;
  /** SRP_A, where the flow began with it and the password was not asked for yet. */
  srpA?: string;
}

/** A challenge as it leaves: what the client needs to answer it. */
export interface Challenge {
  name: ChallengeNameType;
  parameters: Record<string, string>;
  /** Absent where a parameter carries the state (PASSWORD_VERIFIER). */
  session?: string;
  /** First factors that the user may choose from instead (`AvailableChallenges`). */
  available?: ChallengeNameType[];
}

/** What a turn came to; each goal knows only its own. */
export type Outcome = { challenge: Challenge } | { tokens: Tokens } | { browser: SignedInBrowser };

/** A browser session that was just opened. */
export interface SignedInBrowser {
  user: User;
  groups: Group[];
  session: BrowserSession;
  /** What the browser is to bring along (`flows/browser-session.ts`). */
  cookie: string;
  /** Likewise as a remembered device, where it became one. */
  deviceCookie?: string | undefined;
}

/** One challenge. */
export interface Step {
  name: ChallengeNameType;
  /** Whether stored facts ask for it now. Absent for what only a flow, or another challenge, leads to. */
  due?(signIn: SignIn): boolean;
  offer?(call: Call, signIn: SignIn): Promise<Challenge>;
  /** Whether to offer it takes a hop, in which it runs the writes of the step before, too. */
  settles?: true;
  /**
   * Judges an answer.
   * @returns where the sign-in stands now, or the challenge that the answer leads to whatever stored facts say
   * @throws Refusal
   */
  answer(call: Call, turn: Turn, session: string | undefined): Promise<Candidate | { challenge: Challenge }>;
}
