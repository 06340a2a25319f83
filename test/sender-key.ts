/** The `KMSKeyID` of pools in tests, whose key is configured. */
export const SENDER_KEY_ARN = "arn:aws:kms:us-east-1:000000000000:key/6f7a2d1e-0000-4000-8000-000000000000";
