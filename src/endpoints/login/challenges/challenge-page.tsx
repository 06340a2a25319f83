import type { ChallengeNameType } from "@aws-sdk/client-cognito-identity-provider";
import type { Child } from "hono/jsx";
import { z } from "zod";
import type { Challenge } from "../../../flows/sign-in/sign-in.ts";
import { Form } from "../../../ui/form.tsx";
import type { Fields, Visit } from "../login-page.tsx";
import type { Shown } from "../render-page.tsx";

/** The page of one challenge. */
export interface ChallengePage {
  name: ChallengeNameType;
  title(visit: Visit, challenge: Challenge, sent?: Fields): string;
  /** What stands in the form. @param sent likewise as for any page */
  content(visit: Visit, challenge: Challenge, sent?: Fields): Child;
  /** What the page needs beyond the challenge, before it is shown for the first time. */
  prepare?(visit: Visit, challenge: Challenge): Promise<Challenge>;
  /** Whether the form only asks for another view of the page. */
  isView?(sent: Fields): boolean;
  /** The challenge that the form goes to instead of answering this one, if it does. */
  instead?(challenge: Challenge & { session: string }, sent: Fields): Challenge | undefined;
  /** Whether the session stays good after a wrong answer that is refused with NotAuthorizedException. */
  canMend?(sent: Fields): boolean;
  /** What runs in the browser. */
  active?: Shown["active"];
  /** The answer from the form. @throws Refusal for what a person mistyped */
  answer(visit: Visit, challenge: Challenge, sent: Fields): Answer | Promise<Answer>;
}

/** ChallengeResponses, and the session that they answer where it is another than the challenge's. */
export interface Answer {
  responses: Record<string, string>;
  session?: string;
}

/** The texts in a parameter that is a JSON array, such as MFAS_CAN_CHOOSE. */
export function listOf(parameter: string | undefined): string[] {
  try {
    const list = JSON.parse(parameter ?? "[]") as unknown;
    return Array.isArray(list) ? list.map(String) : [];
  } catch {
    return [];
  }
}

/** The way back to where a sign-in begins, for who cannot answer. */
export const OtherWay = ({ visit: { texts, query } }: { visit: Visit }) => (
  <p class="below redirect-customizable">
    <a href={`/login${query}`}>{texts.otherWay}</a>
  </p>
);

/** The parameter in which the pages carry the first factors that can be chosen, as JSON. */
export const WAYS = "WAYS";

/** The choice to remember the browser, on whichever page ends a sign-in. */
export const TRUST_FIELD = "trust";

const carried = z.object({
  name: z.string(),
  parameters: z.record(z.string(), z.string()),
  session: z.string(),
});

/** The page of a challenge that waits for its answer. The form carries the challenge, so that a wrong answer can be mended. */
export const showChallenge = (visit: Visit, page: ChallengePage, challenge: Challenge, sent?: Fields): Shown => ({
  title: page.title(visit, challenge, sent),
  ...(page.active && { active: page.active }),
  content: (
    <Form csrf={visit.csrf} action={`/challenge${visit.query}`} hidden={{ challenge: JSON.stringify(challenge) }}>
      {page.content(visit, challenge, sent)}
    </Form>
  ),
});

/** The challenge that a form carries; undefined where it carries none. */
export function readChallenge(sent: Fields): (Challenge & { session: string }) | undefined {
  try {
    return carried.parse(JSON.parse(sent.get("challenge") ?? "")) as Challenge & { session: string };
  } catch {
    return undefined;
  }
}
