import { Field, Submit } from "../../../ui/form.tsx";
import { type ChallengePage, OtherWay } from "./challenge-page.tsx";

/** Parameters by which an owner's trigger words its question; the first that is there is shown. */
const WORDED_BY = ["question", "prompt", "message", "challenge"];

/** A question of the owner's own. What the trigger sends along that is no wording is for programs, and not shown. */
export const customChallenge: ChallengePage = {
  name: "CUSTOM_CHALLENGE",

  title: ({ texts }) => texts.questionTitle,

  content: (visit, { parameters }) => {
    const wording = WORDED_BY.map((name) => parameters[name]).find((text) => text !== undefined);
    return (
      <>
        {wording !== undefined && <p class="soft textDescription-customizable">{wording}</p>}
        <Field name="answer" label={visit.texts.answer} autocomplete="off" autofocus maxlength={2_048} />
        <Submit>{visit.texts.continue}</Submit>
        <OtherWay visit={visit} />
      </>
    );
  },

  answer: (_visit, { parameters }, sent) => ({
    responses: { USERNAME: parameters.USERNAME ?? "", ANSWER: sent.get("answer") || "-" },
  }),
};
