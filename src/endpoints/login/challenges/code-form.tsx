import type { Child } from "hono/jsx";
import type { Challenge } from "../../../flows/sign-in/sign-in.ts";
import { Field, Submit } from "../../../ui/form.tsx";
import { CodeField, readCode } from "../code-field.tsx";
import type { Visit } from "../login-page.tsx";
import { type ChallengePage, OtherWay, TRUST_FIELD } from "./challenge-page.tsx";

/** The page of a challenge that is answered by a code. */
export const codePage = (
  name: ChallengePage["name"],
  /** The ChallengeResponse that takes the code. */
  parameter: string,
  explain: (visit: Visit, challenge: Challenge) => Child,
): ChallengePage => ({
  name,
  title: ({ texts }) => texts.codeTitle,
  content: (visit, challenge) => (
    <>
      <p class="soft textDescription-customizable">{explain(visit, challenge)}</p>
      <CodeField visit={visit} autofocus />
      <TrustField visit={visit} />
      <Submit>{visit.texts.verify}</Submit>
      <OtherWay visit={visit} />
    </>
  ),
  answer: (_visit, { parameters }, sent) => ({
    responses: { USERNAME: parameters.USER_ID_FOR_SRP ?? "", [parameter]: readCode(sent) },
  }),
});

/**
 * The choice to remember this browser, where the pool leaves it to people and a remembered one is asked for no code.
 * Before a second factor it means nothing, and does nothing.
 */
const TrustField = ({ visit: { request, texts } }: { visit: Visit }) => {
  const { DeviceConfiguration: devices } = request.pool.settings;
  if (!devices?.ChallengeRequiredOnNewDevice || !devices.DeviceOnlyRememberedOnUserPrompt) return null;
  return (
    <Field name={TRUST_FIELD} label={texts.trustDevice} type="checkbox" value="1" autocomplete="off" required={false} />
  );
};

/** What a code that was sent is explained by: where it went. */
export const sentTo = ({ texts }: Visit, { parameters }: Challenge): string =>
  texts.codeSent(parameters.CODE_DELIVERY_DESTINATION ?? "");
