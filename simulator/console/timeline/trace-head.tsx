import type { TimelineEntry } from '../../api';
import { decisionSentence, isRouting } from '../../decision-sentence';
import { Time } from '../controls/time';
import { nameOf } from '../state/names';
import type { Webhook } from './webhook-details';

/** What a card is about, when it began, and who got the conversation. */
export function TraceHead({ entries }: { entries: TimelineEntry[] }) {
  const [first] = entries;
  if (!first) return null;
  const isNote = first.kind === 'note';
  return (
    <header {...(isNote && { 'data-testid': `timeline-entry-${first.id}`, 'data-state': first.state })}>
      <h3>{titleOf(entries)}</h3>
      <Time at={first.at} seconds />
      {decisionsIn(entries).map(({ sentence, state }) => (
        <p key={sentence} class={`decision ${state}`} data-testid="decision">
          {sentence}
        </p>
      ))}
      {isNote && first.text && <small>{first.text}</small>}
    </header>
  );
}

/** @returns a sentence for each conversation that was routed; the same for two deliveries is said once */
function decisionsIn(entries: TimelineEntry[]): { sentence: string; state: TimelineEntry['state'] }[] {
  const decisions = entries.filter(isWebhook).flatMap((webhook) => {
    const calls = entries.flatMap((one) => (one.kind === 'rest' && one.during === webhook.id ? [one] : []));
    const sentence = isRouting(webhook) ? decisionSentence(webhook, nameOf, calls) : undefined;
    return sentence === undefined ? [] : [[sentence, { sentence, state: webhook.state }] as const];
  });
  return [...new Map(decisions).values()];
}

function titleOf(entries: TimelineEntry[]): string {
  const note = entries.find(({ kind }) => kind === 'note');
  if (note) return note.title;
  const webhook = entries.find(isWebhook);
  return webhook ? requestTitle(webhook) : 'REST requests outside of a webhook';
}

/** @returns what somebody did in the app, as far as the request says it; nothing else is without a note but a resend */
function requestTitle({ name, fields }: Webhook): string {
  const worker = nameOf(fields.Worker ?? '') || 'Somebody';
  switch (name) {
    case 'GetCustomersList':
      return `${worker} ${fields.Query ? `searches for “${fields.Query}”` : 'lists the customers'}`;
    case 'GetCustomerDetailsByCustomerId':
      return `${worker} opens customer ${fields.CustomerId ?? ''}`;
    case 'GetTemplatesByCustomerId':
      return `${worker} opens the templates`;
    default:
      return `${name}, sent again`;
  }
}

function isWebhook(entry: TimelineEntry): entry is Webhook {
  return entry.kind === 'webhook';
}
