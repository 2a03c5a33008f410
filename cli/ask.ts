import { confirm, isCancel, select } from '@clack/prompts';
import { Cancelled, UsageError } from './program';

/** @returns whether somebody can be asked */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true;

/**
 * Asks for a yes. With `--yes` nobody is asked.
 *
 * @throws UsageError where nobody can be asked; Cancelled on Ctrl-C
 */
export async function askForYes(
  question: string,
  { yes = false }: { yes?: boolean | undefined },
): Promise<boolean> {
  if (yes) return true;
  if (!canAsk()) throw new UsageError(`${question} Nobody can be asked here: add --yes to go ahead.`);
  const answer = await confirm({ message: question, initialValue: false });
  if (isCancel(answer)) throw new Cancelled();
  return answer;
}

/**
 * Lets somebody choose.
 *
 * @returns the chosen value; undefined when nobody can be asked
 * @throws Cancelled on Ctrl-C
 */
export async function askToChoose(
  question: string,
  options: readonly { value: string; label: string }[],
): Promise<string | undefined> {
  if (!canAsk()) return undefined;
  const answer = await select({ message: question, options: [...options] });
  if (isCancel(answer)) throw new Cancelled();
  return answer;
}
