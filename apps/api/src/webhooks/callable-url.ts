const LONGEST_URL = 2048;

/** Whether a webhook can be sent there. Credentials do not belong into addresses, which are shown and logged. */
export function isCallable(text: string): boolean {
  if (text.length > LONGEST_URL || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}
