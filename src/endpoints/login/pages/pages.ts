import { addPasskey } from "./add-passkey.tsx";
import { challenge } from "./challenge.tsx";
import { confirmForgotPassword } from "./confirm-forgot-password.tsx";
import { confirmUser } from "./confirm-user.tsx";
import { confirm } from "./confirm.tsx";
import { device } from "./device.tsx";
import { error } from "./error.tsx";
import { forgotPassword } from "./forgot-password.tsx";
import { logout } from "./logout.tsx";
import { resendCode } from "./resend-code.tsx";
import { signIn } from "./sign-in.tsx";
import { signUp } from "./sign-up.tsx";

/** Every page for people who sign in. */
export const pages = [
  signIn,
  challenge,
  error,
  device,
  signUp,
  confirm,
  resendCode,
  confirmUser,
  logout,
  forgotPassword,
  confirmForgotPassword,
  addPasskey,
];
