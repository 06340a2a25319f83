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
  title(visit: Visit): string;
  /** What stands in the form. @param sent likewise as for any page */
  content(visit: Visit, challenge: Challenge, sent?: Fields): Child;
  /** ChallengeResponses from the form. @throws Refusal for what a person mistyped */
  answers(challenge: Challenge, sent: Fields): Record<string, string>;
}

const carried = z.object({
  name: z.string(),
  parameters: z.record(z.string(), z.string()),
  session: z.string(),
});

/** The page of a challenge that waits for its answer. The form carries the challenge, so that a wrong answer can be mended. */
export const showChallenge = (visit: Visit, page: ChallengePage, challenge: Challenge, sent?: Fields): Shown => ({
  title: page.title(visit),
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
