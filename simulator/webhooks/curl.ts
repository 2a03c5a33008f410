/** @returns a request as a curl command */
export function curlOf(url: string, options: [flag: string, text: string][]): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  return [`curl ${url}`, ...options.map(([flag, text]) => `${flag} ${quote(text)}`)].join(' \\\n  ');
}
