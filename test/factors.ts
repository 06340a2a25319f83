// Settings of pools that send codes and ask for second factors.

/** Whom Cognito would send SMS as. */
export const SENDER = { SnsCallerArn: "arn:aws:iam::000000000000:role/sms" };

/** All second factors, as SetUserPoolMfaConfig takes them. */
export const SECOND_FACTORS = {
  SmsMfaConfiguration: { SmsConfiguration: SENDER },
  SoftwareTokenMfaConfiguration: { Enabled: true },
  EmailMfaConfiguration: {},
};

/** Mail of the pool's own, which codes by e-mail take. */
export const OWN_MAIL = {
  EmailConfiguration: {
    EmailSendingAccount: "DEVELOPER",
    SourceArn: "arn:aws:ses:us-east-1:000000000000:identity/a@example.com",
  },
};
