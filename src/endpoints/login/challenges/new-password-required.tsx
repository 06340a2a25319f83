import { AttributeFields, readAttributeFields } from "../attribute-fields.tsx";
import { NewPasswordFields, readNewPassword } from "../new-password-fields.tsx";
import { Submit } from "../../../ui/form.tsx";
import { type ChallengePage, listOf } from "./challenge-page.tsx";

/** A user with a temporary password chooses their own, and fills in what the pool requires and they have not. */
export const newPasswordRequired: ChallengePage = {
  name: "NEW_PASSWORD_REQUIRED",

  title: ({ texts }) => texts.newPasswordTitle,

  content: (visit, { parameters }, sent) => (
    <>
      <p class="soft textDescription-customizable">{visit.texts.newPasswordExplained}</p>
      {/* For password managers, which keep it with the new password (HTML standard, autofill). */}
      <input type="text" name="username" value={parameters.USER_ID_FOR_SRP} autocomplete="username" hidden />
      <NewPasswordFields visit={visit} />
      <AttributeFields visit={visit} names={requiredOf(parameters)} sent={sent} />
      <Submit>{visit.texts.savePassword}</Submit>
    </>
  ),

  answer(_visit, { parameters }, sent) {
    const attributes = readAttributeFields(sent, requiredOf(parameters));
    const responses = {
      USERNAME: parameters.USER_ID_FOR_SRP ?? "",
      NEW_PASSWORD: readNewPassword(sent),
      ...Object.fromEntries(attributes.map(({ Name, Value }) => [PREFIX + Name, Value])),
    };
    return { responses };
  },
};

const PREFIX = "userAttributes.";

/** Names of the attributes that are asked for. */
const requiredOf = ({ requiredAttributes }: Record<string, string>): string[] =>
  listOf(requiredAttributes).map((name) => name.slice(PREFIX.length));
