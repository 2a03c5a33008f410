import { npmCommand } from '../npm-command';
import type { Subject } from './subject';

/** What says where the commands of a fix have to work. */
type Checked = Pick<Subject, 'isLocal' | 'environment' | 'givenUrl' | 'hasOwnVariables'>;

/** @returns the command that brings code, data and variables to the checked functions */
export function deployCommand({ isLocal, environment, hasOwnVariables }: Checked): string {
  // npm start serves these itself, from the sources.
  return hasOwnVariables ? 'restart npm start' : npmCommand('deploy', { isLocal, environment });
}

/** @returns the command that sets the account up for the checked functions */
export function setupCommand({ isLocal, environment, givenUrl }: Checked, ...options: string[]): string {
  return npmCommand('setup', { isLocal, environment, url: givenUrl }, ...options);
}

/** @returns that command, or a place in Twilio's Console; the local Twilio has no such place */
export function setupOr(place: string, subject: Checked, ...options: string[]): string {
  const command = setupCommand(subject, ...options);
  return subject.isLocal ? command : `${command}, or ${place}`;
}
