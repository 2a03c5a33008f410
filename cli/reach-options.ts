import type { Command } from 'commander';
import type { Reach } from '../simulator/allowed-hosts';
import { UsageError } from './program';

export interface ReachOptions {
  host?: string;
  allowHost: string[];
}

/** Adds the options that open a server to others. */
export function addReachOptions(command: Command): Command {
  return command
    .option(
      '--host <address>',
      'Where to listen: 0.0.0.0 for every interface, e.g. in a container',
      undefined,
    )
    .option(
      '--allow-host <name>',
      'Take requests by this name, too, e.g. of a tunnel: abc.ngrok-free.app or *.ngrok-free.app; can be repeated',
      (value: string, all: string[]) => [...all, value],
      [],
    );
}

/** @throws UsageError for a URL in place of a name */
export function readReach({ host, allowHost }: ReachOptions): Reach {
  for (const name of allowHost) {
    if (!/^(\*\.)?[\w-]+(\.[\w-]+)*$/.test(name)) {
      throw new UsageError(`--allow-host takes a name such as abc.ngrok-free.app, not ${name}`);
    }
  }
  return { ...(host !== undefined && { host }), allowedHosts: allowHost };
}
