import { CallbackError } from '../errors';
import { fetchDocument, listDocuments, type SyncApi } from '../twilio/sync';
import type { OutboundTwilio } from './context';
import { journalPrefix, type KeptJournal, readPage, SyncClock, takeOver } from './journal';
import { begunSids, closeOrThrow, settleEarlier } from './steps';

/** What became of a start that its caller has left unfinished. */
export interface FinishedStart {
  /** The journal's unique name in Sync. */
  journal: string;
  /**
   * `sent`: its message had been sent; `closed`: its interaction, which had no message, is closed now; `nothing`: it
   * has begun nothing; `waits`: a step may still show, another request is at it, or Twilio cannot be reached;
   * `unreadable`: another build wrote its journal, which is left as it is.
   */
  outcome: 'sent' | 'closed' | 'nothing' | 'waits' | 'unreadable';
  /** What is, or was, there. */
  sids: Record<string, unknown>;
}

/**
 * Lists the starts that have begun something and have not come to an end, and those whose journals cannot be read.
 * Some may be running just now.
 *
 * @returns the unique names of their journals
 * @throws TwilioUnavailable, TwilioRefused, Misconfigured
 */
export async function listUnfinished(sync: SyncApi): Promise<string[]> {
  const documents = await listDocuments(sync, journalPrefix);
  return documents.flatMap((document) => {
    const page = readPage(document);
    const isUnfinished = !page || (page.state !== 'done' && (page.interaction || page.message));
    return isUnfinished ? document.uniqueName : [];
  });
}

/**
 * Finishes a start whose caller has not come back: what was sent is written down, what has no message is closed. It
 * sends nothing. Safe to repeat, and beside the callers.
 *
 * @param name of the journal, as `listUnfinished` gives it
 * @param holder names this request alone
 * @throws TwilioUnavailable when Sync does not answer
 */
export async function finishStart(
  twilio: OutboundTwilio,
  sync: SyncApi,
  name: string,
  holder: string,
): Promise<FinishedStart> {
  const document = await fetchDocument(sync, name);
  const finished = (outcome: FinishedStart['outcome'], sids: object = {}): FinishedStart => {
    return { journal: name, outcome, sids: { ...sids } };
  };
  if (!document) return finished('nothing');
  const page = readPage(document);
  if (!page) return finished('unreadable');
  if (page.state === 'done') return finished('nothing');
  const isFree = page.state === 'open' || (await new SyncClock(sync, holder, 0).hasExpired(document));
  const journal = isFree ? await takeOver({ sync, holder }, document, page) : undefined;
  if (!journal) return finished('waits', begunSids(page));
  try {
    return await finishTaken(twilio, journal, finished);
  } catch (error) {
    await journal.release();
    if (error instanceof CallbackError) return finished('waits', begunSids(journal.entries));
    throw error;
  }
}

async function finishTaken(
  twilio: OutboundTwilio,
  journal: KeptJournal,
  finished: (outcome: FinishedStart['outcome'], sids?: object) => FinishedStart,
): Promise<FinishedStart> {
  const { workspaceSid, entries } = journal;
  const { result, interaction } = await settleEarlier(twilio, workspaceSid, journal);
  if (result) {
    await journal.finish(result);
    return finished('sent', result);
  }
  if (!interaction) {
    await journal.release();
    return finished('nothing', begunSids(entries));
  }
  const sids = begunSids(journal.entries);
  await journal.save({ closing: 'pending' });
  await closeOrThrow(twilio, interaction);
  const round = entries.round + 1;
  await journal.release({ round, interaction: undefined, message: undefined, closing: undefined });
  return finished('closed', sids);
}
