// The sign-in engine's words. Every face (API, pages, federation) drives it: `start` begins a flow, `answer` judges a
// challenge, `advance` looks at stored facts and picks what comes next. Steps know only how to offer themselves and how
// to judge an answer; none knows the next.
import type { ChallengeNameType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../call.ts";
import type { Client } from "../../directory/clients.ts";
import type { BrowserSession } from "../../directory/browser-sessions.ts";
import type { Statement } from "../../directory/database.ts";
import type { Group } from "../../directory/groups.ts";
import type { Pool } from "../../directory/pools.ts";
import type { User } from "../../directory/users.ts";
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
  /** Whether an administrator speaks for the user (AdminInitiateAuth, AdminRespondToAuthChallenge). */
  admin: boolean;
  /** AuthParameters or ChallengeResponses. */
  given: Record<string, string>;
  /** ClientMetadata that came with the flow's begin. Triggers before the first proof know it by this name; later ones never see it. */
  validationData?: Record<string, string> | undefined;
  /** ClientMetadata that came with the answer to a challenge. */
  clientMetadata?: Record<string, string> | undefined;
}

/** A sign-in under way, once its first factor was proven. */
export interface SignIn {
  turn: Turn;
  user: User;
  groups: Group[];
  /** Challenges passed, oldest first. */
  passed: ChallengeNameType[];
  /** Scopes that the access token will have. */
  scope: string;
  /**
   * Statements that the last step decided on. They run in the same batch as what comes next, so a step that ends the
   * sign-in costs no hop of its own. `user` is as they leave it.
   */
  writes: Statement[];
}

/** A challenge as it leaves: what the client needs to answer it. */
export interface Challenge {
  name: ChallengeNameType;
  parameters: Record<string, string>;
  /** Absent where a parameter carries the state (PASSWORD_VERIFIER). */
  session?: string;
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
}

/** One challenge. */
export interface Step {
  name: ChallengeNameType;
  /** Whether stored facts ask for it now. Absent for first factors, which only a flow begins. */
  due?(signIn: SignIn): boolean;
  offer?(call: Call, signIn: SignIn): Promise<Challenge>;
  /** Judges an answer. @throws Refusal */
  answer(call: Call, turn: Turn, session: string | undefined): Promise<SignIn>;
}
