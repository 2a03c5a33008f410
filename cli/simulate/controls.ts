import type { Command } from 'commander';
import type { SimulatedConversation, SimulatedWorker } from '../../simulator/api';
import type { ConversationPage } from '../../simulator/api-lists';
import { printJson } from '../output';
import { addCommand, UsageError, wantsJson } from '../program';
import { ask } from './ask';

export function addReset(simulate: Command): void {
  addCommand(
    simulate,
    'reset',
    'Clear conversations, unknown customers, and the timeline; settings and faults stay',
  ).action(async (_options: object, command: Command) => {
    await ask('POST', '/api/reset');
    if (wantsJson(command)) printJson({ ok: true });
    else console.log('Conversations, unknown customers, and the timeline were cleared.');
  });
}

export function addAway(simulate: Command): void {
  addCommand(simulate, 'away', 'A worker is away, or back')
    .argument('<worker>', 'e.g. alice@example.com')
    .option('--back', 'the worker is available again')
    .action(async (identity: string, { back = false }: { back?: boolean }, command: Command) => {
      const path = `/api/workers/${encodeURIComponent(identity)}`;
      const worker = await ask<SimulatedWorker>('PATCH', path, { available: back }).catch(
        (error: unknown) => {
          if (!(error instanceof UsageError)) throw error;
          throw new UsageError(`There is no worker ${identity}: npm run simulate -- list`);
        },
      );
      if (wantsJson(command)) printJson(worker);
      else console.log(`${worker.displayName} is ${worker.available ? 'available' : 'away'}.`);
    });
}

export function addClose(simulate: Command): void {
  addCommand(simulate, 'close', 'Close a conversation, those of a customer, or all')
    .usage('<conversation> | <number> | --all [options]')
    .argument('[which]', 'a SID (CH…), or the number of a customer, e.g. +12125550101')
    .option('--all', 'every open conversation')
    .action(async (which: string | undefined, { all = false }: { all?: boolean }, command: Command) => {
      if ((which === undefined) !== all) {
        throw new UsageError('Name a conversation or a number, or use --all.');
      }
      const found = which?.startsWith('CH') ? [which] : await findOpen(which);
      if (found.length === 0 && !all) throw new UsageError(`${which} has no open conversation.`);
      const closed: SimulatedConversation[] = [];
      for (const sid of found) {
        closed.push(await ask('POST', `/api/conversations/${encodeURIComponent(sid)}`, { state: 'closed' }));
      }
      if (wantsJson(command)) printJson({ closed: closed.map(({ sid }) => sid) });
      else if (closed.length === 0) console.log('No conversation is open.');
      else console.log(closed.map(describeClosed).join('\n'));
    });
}

/** @param number of a customer; anybody's if left out */
async function findOpen(number: string | undefined): Promise<string[]> {
  const open: string[] = [];
  let before: string | undefined;
  do {
    const query = new URLSearchParams(before === undefined ? {} : { before });
    const page = await ask<ConversationPage>('GET', `/api/conversations?${query}`);
    for (const { sid, state, participants } of page.conversations) {
      const isTheirs = participants.some(({ address }) => address?.replace('whatsapp:', '') === number);
      if (state !== 'closed' && (number === undefined || isTheirs)) open.push(sid);
    }
    before = page.next;
  } while (before !== undefined);
  return open;
}

function describeClosed({ sid, friendlyName }: SimulatedConversation): string {
  return `Closed: ${sid}${friendlyName ? `, ${friendlyName}` : ''}`;
}
