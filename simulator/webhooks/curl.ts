/** @returns a request as a command for the shell; each option is a flag with its text */
export function curlOf(url: string, options: [flag: string, text: string][]): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  return [`curl ${url}`, ...options.map(([flag, text]) => `${flag} ${quote(text)}`)].join(' \\\n  ');
}
