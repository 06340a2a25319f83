import type { Texts } from "../../../ui/texts/en.ts";
import { Choice } from "../../../ui/form.tsx";
import { type ChallengePage, listOf, OtherWay } from "./challenge-page.tsx";

const LABELS: ReadonlyMap<string, (texts: Texts) => string> = new Map([
  ["SOFTWARE_TOKEN_MFA", (texts: Texts) => texts.factorApp],
  ["SMS_MFA", (texts: Texts) => texts.factorSms],
  ["EMAIL_OTP", (texts: Texts) => texts.factorEmail],
]);

/** Someone with several second factors picks one. */
export const selectMfaType: ChallengePage = {
  name: "SELECT_MFA_TYPE",

  title: ({ texts }) => texts.chooseFactorTitle,

  content: (visit, { parameters }) => (
    <>
      {listOf(parameters.MFAS_CAN_CHOOSE).map((factor) => (
        <Choice name="answer" value={factor}>
          {LABELS.get(factor)?.(visit.texts) ?? factor}
        </Choice>
      ))}
      <OtherWay visit={visit} />
    </>
  ),

  answer: (_visit, { parameters }, sent) => ({
    responses: { USERNAME: parameters.USER_ID_FOR_SRP ?? "", ANSWER: sent.get("answer") ?? "" },
  }),
};
