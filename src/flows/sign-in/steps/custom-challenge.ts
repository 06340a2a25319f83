import type { Call } from "../../../call.ts";
import { askCustom, type CustomChallenge } from "../custom/custom-triggers.ts";
import { resume } from "../session/progress.ts";
import { badSession, required } from "../refusals.ts";
import type { Step } from "../sign-in.ts";

/**
 * CUSTOM_CHALLENGE: the owner's own challenge, judged by VerifyAuthChallengeResponse. A wrong answer is no refusal:
 * both are told to DefineAuthChallenge, which decides. The challenge is spent and the answer counted, in one hop
 * together with the read of the user, before the trigger is asked: each takes one answer, whatever becomes of it.
 */
export const customChallenge: Step = {
  name: "CUSTOM_CHALLENGE",

  async answer(call: Call, turn, session) {
    const challengeAnswer = required(turn.given, "ANSWER");
    const taking = { once: true, counted: "custom-challenge" } as const;
    const { candidate, extra } = await resume<CustomChallenge>(call, turn, "CUSTOM_CHALLENGE", session, taking);
    const { custom } = candidate;
    if (!custom) throw badSession("of no custom flow");
    const { privateChallengeParameters = {}, challengeMetadata } = extra;
    const { answerCorrect } = await askCustom(
      call,
      candidate,
      "VerifyAuthChallengeResponse",
      { privateChallengeParameters, challengeAnswer },
      { answerCorrect: null },
    );
    const told = {
      challengeName: "CUSTOM_CHALLENGE",
      challengeResult: answerCorrect === true,
      ...(challengeMetadata !== undefined && { challengeMetadata }),
    };
    return { ...candidate, custom: { ...custom, answered: [...custom.answered, told] } };
  },
};
