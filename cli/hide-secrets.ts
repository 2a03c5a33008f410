/**
 * A URL may have a password or a token in it.
 *
 * @returns the URL with `…` in place of its user and password, its query and its fragment
 */
export function hideUrlSecrets(text: string): string {
  if (!URL.canParse(text)) return 'not a URL';
  const { protocol, username, password, host, pathname, search, hash } = new URL(text);
  const user = username || password ? '…@' : '';
  return `${protocol}//${user}${host}${pathname}${search && '?…'}${hash && '#…'}`;
}

/** @returns a text in which each URL is as `hideUrlSecrets` has it */
export function hideSecretsIn(text: string): string {
  return text.replace(/\bhttps?:\/\/[^\s"'<>]*[^\s"'<>.,;:)]/gi, hideUrlSecrets);
}
