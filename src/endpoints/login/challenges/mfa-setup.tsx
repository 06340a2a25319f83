import { raw } from "hono/html";
import { renderSVG } from "uqr";
import { associateAtSignIn, verifyAtSignIn } from "../../../flows/sign-in/factors/set-up-software-token.ts";
import type { Challenge } from "../../../flows/sign-in/sign-in.ts";
import { Aside, Field, Submit } from "../../../ui/form.tsx";
import { CodeField, readCode } from "../code-field.tsx";
import type { Visit } from "../login-page.tsx";
import { type ChallengePage, listOf, OtherWay } from "./challenge-page.tsx";

const BY_EMAIL = "by_email";

/** As the form should carry it: a longer one is of no app, and fits no picture. */
const SEED = /^[A-Z2-7]{16,64}$/;
/** UTF-16 units of a name that a picture has room for. */
const LONGEST_LABEL = 128;

const offers = ({ parameters }: Challenge, factor: string): boolean =>
  listOf(parameters.MFAS_CAN_SETUP).includes(factor);

/**
 * Someone who must have a second factor and has none sets one up: an authenticator app, or an address that codes are
 * sent to. The seed of the app is part of the challenge that the form carries, since the page shows it anyway.
 */
export const mfaSetup: ChallengePage = {
  name: "MFA_SETUP",

  title: ({ texts }) => texts.setUpTitle,

  async prepare({ call }, challenge) {
    if (!offers(challenge, "SOFTWARE_TOKEN_MFA")) return challenge;
    const { seed, session } = await associateAtSignIn(call, challenge.session ?? "");
    return { ...challenge, session, parameters: { ...challenge.parameters, seed } };
  },

  isView: (sent) => sent.get(BY_EMAIL) === "1",

  content(visit, challenge, sent) {
    const { texts } = visit;
    const byApp = offers(challenge, "SOFTWARE_TOKEN_MFA") && SEED.test(challenge.parameters.seed ?? "");
    const byEmail = offers(challenge, "EMAIL_OTP");
    if (!byApp && !byEmail) return <p class="soft">{texts.setUpNothing}</p>;
    const explained = <p class="soft textDescription-customizable">{texts.setUpExplained}</p>;
    if (!byApp || sent?.has(BY_EMAIL)) {
      return (
        <>
          {explained}
          <input type="hidden" name={BY_EMAIL} value="2" />
          <Field
            name="email"
            label={texts.email}
            type="email"
            autocomplete="email"
            autofocus
            value={sent?.get("email")}
            maxlength={254}
          />
          <Submit>{texts.sendCode}</Submit>
          <OtherWay visit={visit} />
        </>
      );
    }
    return (
      <>
        {explained}
        <App visit={visit} challenge={challenge} />
        <CodeField visit={visit} autofocus />
        <Submit>{texts.verify}</Submit>
        {byEmail && <Aside name={BY_EMAIL}>{texts.setUpEmail}</Aside>}
        <OtherWay visit={visit} />
      </>
    );
  },

  async answer({ call }, { parameters, session }, sent) {
    const name = parameters.USER_ID_FOR_SRP ?? "";
    if (sent.has(BY_EMAIL) || !parameters.seed)
      return { responses: { USERNAME: name, EMAIL: sent.get("email") || "-" } };
    const verified = await verifyAtSignIn(call, session ?? "", { code: readCode(sent) });
    return { responses: { USERNAME: name }, session: verified };
  },
};

/** The seed, for the camera of a phone and for the eye. */
const App = ({ visit: { texts, request }, challenge }: { visit: Visit; challenge: Challenge }) => {
  const { seed = "", USER_ID_FOR_SRP: name = "" } = challenge.parameters;
  return (
    <>
      <p>{texts.setUpScan}</p>
      <div class="qr">
        {raw(renderSVG(keyUri(request.pool.name, name.slice(0, LONGEST_LABEL), seed), { border: 2 }))}
      </div>
      <p class="soft">{texts.setUpKey}</p>
      <code class="shown key">{seed.replace(/.{4}(?=.)/g, "$& ")}</code>
    </>
  );
};

/** What authenticator apps read (Google Authenticator: Key URI Format). */
const keyUri = (issuer: string, name: string, seed: string): string =>
  `otpauth://totp/${encodeURIComponent(issuer)}:${encodeURIComponent(name)}?secret=${seed}&issuer=${encodeURIComponent(issuer)}`;
