/** The header by which a command may be repeated without a second effect. */
export const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'A random text for each command, 1 to 200 visible ASCII characters. The same command with the same key is carried out ' +
    'once, and answered in the same way, for 24 hours and across restarts.',
  schema: { type: 'string', minLength: 1, maxLength: 200 },
  example: '8e03978e-40d5-43dd-bc93-6894a57f9324',
} as const;

/** @returns whether a text may be a key */
export function isIdempotencyKey(text: string): boolean {
  return /^[!-~]{1,200}$/.test(text);
}
