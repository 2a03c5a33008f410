/** The environment of every command that is not told another one. */
export const defaultEnvironment = 'dev';

/** Where a command works, as its options say. */
export interface CommandTarget {
  isLocal: boolean;
  /** undefined when it is not known, or not needed. */
  environment?: string | undefined;
  /** undefined when the command finds it itself. */
  url?: string | undefined;
}

/**
 * Every command that is printed comes from here: without its options, a command would work on the real account in place of
 * the local Twilio, or on another environment.
 *
 * @returns the call of a command that works there, e.g. `npm run setup -- --local`
 */
export function npmCommand(
  name: 'deploy' | 'doctor' | 'setup',
  { isLocal, environment = defaultEnvironment, url }: CommandTarget,
  ...more: string[]
): string {
  const options = [
    ...(isLocal ? ['--local'] : []),
    ...(environment === defaultEnvironment ? [] : ['--environment', environment]),
    ...(url === undefined ? [] : ['--url', url]),
    ...more,
  ];
  return ['npm run', name, ...(options.length > 0 ? ['--', ...options] : [])].join(' ');
}
