/** What looks random in a path, as in Slack's or Make's webhooks; Twilio's SIDs and plain words are not secret. */
const token =
  /(?<![0-9A-Za-z])(?![A-Z]{2}[0-9a-f]{32}(?![0-9A-Za-z]))(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[0-9A-Za-z]{16,}|[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}/g;

/**
 * A URL may have a password or a token in it.
 *
 * @returns the URL with `…` in place of its user and password, of what looks random in its path, of its query and its
 *   fragment
 */
export function hideUrlSecrets(text: string): string {
  if (!URL.canParse(text)) return 'not a URL';
  const { protocol, username, password, host, pathname, search, hash } = new URL(text);
  const user = username || password ? '…@' : '';
  return `${protocol}//${user}${host}${pathname.replace(token, '…')}${search && '?…'}${hash && '#…'}`;
}

/** @returns a text in which each URL is as `hideUrlSecrets` has it */
export function hideSecretsIn(text: string): string {
  return text.replace(/\bhttps?:\/\/[^\s"'<>]*[^\s"'<>.,;:)]/gi, hideUrlSecrets);
}
